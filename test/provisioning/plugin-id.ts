import { readText } from './files.ts';

export const PluginId = (JSON.parse(readText('src/plugin.json')) as { id: string }).id;

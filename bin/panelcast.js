#!/usr/bin/env -S node --max-semi-space-size=16
// In a checkout the source runs as it is; an installed package has it built, since Node strips no types in node_modules.
import { existsSync } from 'node:fs';

const built = new URL('../dist/notifier/main.js', import.meta.url);
await import(import.meta.dirname.includes('node_modules') && existsSync(built) ? built.href : '../backend/main.ts');

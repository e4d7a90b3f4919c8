import {
  type FieldColor,
  FieldConfigProperty,
  identityOverrideProcessor,
  PanelPlugin,
  type PanelPluginMeta,
  type PanelProps,
  PluginType,
} from '@grafana/data';
import type { ComponentType } from 'react';
import { GRAFANA_VERSION } from '../boot/grafana-window.ts';

export interface Panel {
  readonly name: string;
  // A panel's options are only known to its own component.
  // biome-ignore lint/suspicious/noExplicitAny: PanelPlugin itself is generic over any options
  readonly component: ComponentType<PanelProps<any>>;
  readonly color?: FieldColor;
  /** Field options of this panel kind, by name, with their defaults. */
  readonly custom?: Readonly<Record<string, unknown>>;
  readonly skipDataQuery?: boolean;
}

export function panelPlugin(id: string, panel: Panel): PanelPlugin {
  // biome-ignore lint/correctness/useHookAtTopLevel: a method of PanelPlugin that is no hook
  const plugin = new PanelPlugin(panel.component).useFieldConfig({
    ...(panel.color && { standardOptions: { [FieldConfigProperty.Color]: { defaultValue: panel.color } } }),
    useCustomConfig: builder => {
      for (const [name, defaultValue] of Object.entries(panel.custom ?? {}))
        builder.addCustomEditor({
          id: name,
          path: name,
          name,
          defaultValue,
          editor: NoEditor,
          override: NoEditor,
          process: identityOverrideProcessor,
          shouldApply: () => true,
        } as Parameters<typeof builder.addCustomEditor>[0]);
    },
  });
  plugin.meta = panelMeta(id, panel);
  return plugin;
}

function panelMeta(id: string, { name, skipDataQuery = false }: Panel): PanelPluginMeta {
  const info = {
    author: { name: '' },
    description: '',
    links: [],
    logos: { large: '', small: '' },
    screenshots: [],
    updated: '',
    version: GRAFANA_VERSION,
  };
  return { id, name, type: PluginType.panel, module: '', baseUrl: '', sort: 0, info, skipDataQuery };
}

function NoEditor(): null {
  return null;
}

import {
  booleanOverrideProcessor,
  dataLinksOverrideProcessor,
  displayNameOverrideProcessor,
  type FieldConfigPropertyItem,
  FieldType,
  identityOverrideProcessor,
  numberOverrideProcessor,
  standardEditorsRegistry,
  standardFieldConfigEditorRegistry,
  standardTransformers,
  standardTransformersRegistry,
  stringOverrideProcessor,
  type TransformerRegistryItem,
  thresholdsOverrideProcessor,
  unitOverrideProcessor,
  valueMappingsOverrideProcessor,
} from '@grafana/data';

type Process = FieldConfigPropertyItem['process'];

/** The standard field options by which units, colours, thresholds and mappings reach every field. */
const STANDARD_OPTIONS: readonly (readonly [id: string, process: Process])[] = [
  ['displayName', displayNameOverrideProcessor],
  ['unit', unitOverrideProcessor],
  ['min', numberOverrideProcessor],
  ['max', numberOverrideProcessor],
  ['fieldMinMax', booleanOverrideProcessor],
  ['decimals', numberOverrideProcessor],
  ['color', identityOverrideProcessor],
  ['noValue', stringOverrideProcessor],
  ['links', dataLinksOverrideProcessor],
  ['actions', identityOverrideProcessor],
  ['mappings', valueMappingsOverrideProcessor],
  ['thresholds', thresholdsOverrideProcessor],
  ['filterable', booleanOverrideProcessor],
];
const NUMERIC: ReadonlySet<string> = new Set(['min', 'max', 'fieldMinMax', 'decimals']);

/** Grafana fills these registries with editors; a preview shows no panel editor, so only the processing is here. */
export function fillRegistries(): void {
  standardEditorsRegistry.setInit(() => []);
  standardFieldConfigEditorRegistry.setInit(() => STANDARD_OPTIONS.map(([id, process]) => fieldOption(id, process)));
  standardTransformersRegistry.setInit(() => Object.values(standardTransformers).map(transformer));
}

function fieldOption(id: string, process: Process): FieldConfigPropertyItem {
  return {
    id,
    path: id,
    name: id,
    editor: NoEditor,
    override: NoEditor,
    process,
    settings: { expandTemplateVars: true },
    shouldApply: field => !NUMERIC.has(id) || field.type === FieldType.number || field.type === FieldType.time,
  };
}

function transformer(transformation: (typeof standardTransformers)[keyof typeof standardTransformers]) {
  return {
    id: transformation.id,
    name: transformation.name,
    transformation: () => Promise.resolve(transformation),
    editor: NoEditor,
    imageDark: '',
    imageLight: '',
  } as TransformerRegistryItem;
}

function NoEditor(): null {
  return null;
}

import { getDataSourceSrv } from '@grafana/runtime';
import {
  AdHocFiltersVariable,
  ConstantVariable,
  CustomVariable,
  QueryVariable,
  type SceneVariable,
  TextBoxVariable,
} from '@grafana/scenes';
import { type VariableHide, type VariableModel, VariableRefresh } from '@grafana/schema';

type Values = string | string[];

/** The saved variables as scene variables, in their order. */
export function sceneVariables(models: readonly VariableModel[]): SceneVariable[] {
  return models.map(sceneVariable);
}

function sceneVariable(model: VariableModel): SceneVariable {
  const common = {
    name: model.name,
    label: model.label ?? model.name,
    hide: model.hide as VariableHide,
    skipUrlSync: model.skipUrlSync ?? false,
  };
  switch (model.type) {
    case 'query':
      return new QueryVariable({
        ...common,
        ...choices(model),
        query: model.query as QueryVariable['state']['query'],
        datasource: model.datasource ?? null,
        regex: model.regex ?? '',
        sort: model.sort ?? 0,
        refresh: model.refresh ?? VariableRefresh.onDashboardLoad,
      });
    case 'custom':
      return new CustomVariable({ ...common, ...choices(model), query: String(model.query ?? '') });
    case 'textbox':
      return new TextBoxVariable({ ...common, value: String(model.current?.value ?? model.query ?? '') });
    case 'constant':
      return new ConstantVariable({ ...common, value: String(model.query ?? '') });
    case 'adhoc':
      return new AdHocFiltersVariable({
        ...common,
        datasource: model.datasource ?? null,
        filters: [],
        supportsMultiValueOperators: meta(model)?.multiValueFilterOperators ?? false,
        useQueriesAsFilterForOptions: true,
      });
    default:
      throw new Error(`The preview has no variables of the type ${model.type} (${model.name})`);
  }
}

function meta({ datasource }: VariableModel) {
  return getDataSourceSrv().getInstanceSettings(datasource)?.meta;
}

function choices(model: VariableModel) {
  return {
    value: (model.current?.value ?? '') as Values,
    text: (model.current?.text ?? '') as Values,
    isMulti: model.multi ?? false,
    includeAll: model.includeAll ?? false,
    ...(model.allValue && { allValue: model.allValue }),
  };
}

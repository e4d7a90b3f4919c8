import type { ScopedVars } from '@grafana/data';
import type { TemplateSrv } from '@grafana/runtime';
import { type InterpolationFormatParameter, type SceneObject, sceneGraph } from '@grafana/scenes';

/** Interpolates by the scene that the query belongs to, as Grafana's does for dashboards. */
export class PageTemplates implements TemplateSrv {
  replace(target?: string, scopedVars?: ScopedVars, format?: Parameters<TemplateSrv['replace']>[2]): string {
    const scene = sceneOf(scopedVars);
    if (target === undefined || scene === undefined) return target ?? '';
    return sceneGraph.interpolate(scene, target, scopedVars, format as InterpolationFormatParameter);
  }

  containsTemplate(target?: string): boolean {
    return /\$\w|\$\{|\[\[/.test(target ?? '');
  }

  getVariables(): [] {
    return [];
  }

  updateTimeRange(): void {}
}

function sceneOf(scopedVars: ScopedVars | undefined): SceneObject | undefined {
  return scopedVars?.__sceneObject?.value?.valueOf();
}

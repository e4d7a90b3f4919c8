/** In the page: what its panels hold, read from the scene that Grafana's own developer tools show. */
import type { DataFrame, PanelData } from '@grafana/data';
import type { MultiValueVariable, SceneObject } from '@grafana/scenes';

interface PanelFacts {
  readonly panel: string;
  readonly asOf: number;
  readonly view: string;
  readonly role: string;
  readonly viewers: number;
}

declare global {
  interface Window {
    __grafanaSceneContext?: SceneObject;
    /** How the frames of each panel were served. */
    panelFacts(): PanelFacts[];
    /** The frames of a panel. */
    panelFrames(id: number): readonly DataFrame[];
    /** As a reader's choice in the list of values. */
    setVariable(name: string, values: readonly string[]): void;
  }
}

function* objects(object: SceneObject): Generator<SceneObject> {
  yield object;
  const children: SceneObject[] = [];
  object.forEachChild(child => void children.push(child));
  for (const child of children) yield* objects(child);
}

function panels(): Map<string, readonly DataFrame[]> {
  const found = new Map<string, readonly DataFrame[]>();
  const scene = window.__grafanaSceneContext;
  if (scene === undefined) return found;
  for (const { state } of objects(scene)) {
    if (!state.key?.startsWith('panel-') || state.$data === undefined) continue;
    const { data } = state.$data.state as { readonly data?: PanelData };
    found.set(state.key, data?.series ?? []);
  }
  return found;
}

window.panelFacts = () =>
  [...panels()].flatMap(([panel, frames]) => {
    const custom = frames[0]?.meta?.custom as Omit<PanelFacts, 'panel'> | undefined;
    return custom === undefined ? [] : [{ ...custom, panel }];
  });
window.panelFrames = id => panels().get(`panel-${id}`) ?? [];
window.setVariable = (name, values) => {
  const variables = window.__grafanaSceneContext?.state.$variables?.state.variables ?? [];
  const variable = variables.find(({ state }) => state.name === name) as MultiValueVariable | undefined;
  variable?.changeValueTo([...values]);
};

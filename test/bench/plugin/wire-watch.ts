/** In the page, before its own scripts: what goes over its sockets, and when. As a text, since it is no module. */
export const WIRE_WATCH = `
window.wire = { sockets: 0, beganMs: 0, said: [], heard: [] };
window.WebSocket = class extends WebSocket {
  constructor(...args) {
    super(...args);
    if (wire.sockets++ === 0) wire.beganMs = performance.now();
    this.addEventListener('message', ({ data }) => wire.heard.push({ atMs: performance.now(), text: data }));
  }
  send(text) {
    wire.said.push({ atMs: performance.now(), heard: wire.heard.length, text });
    super.send(text);
  }
};
/** Opens a dashboard as a reader does; how long until each of so many panels has frames. */
window.openDashboard = (title, panels) => new Promise(done => {
  const beganMs = performance.now();
  [...document.querySelectorAll('nav a')].find(link => link.textContent === title).click();
  const look = () => {
    const items = window.__grafanaSceneContext?.state.body.state.children ?? [];
    const shown = items.filter(item => (item.state.body?.state.$data?.state.data?.series ?? []).length > 0);
    if (items.length === panels && shown.length === panels) requestAnimationFrame(() => done(performance.now() - beganMs));
    else requestAnimationFrame(look);
  };
  look();
});
`;

export interface Wire {
  readonly sockets: number;
  readonly beganMs: number;
  /** `heard`: how many messages had come before. */
  readonly said: readonly { readonly atMs: number; readonly heard: number; readonly text: string }[];
  readonly heard: readonly { readonly atMs: number; readonly text: string }[];
}

/** Icons that @grafana/ui's components name and its package lacks: the strokes of each on a field of 24 by 24. */
const STROKES: Readonly<Record<string, string>> = {
  'custom/gf-pin': 'M9 3h6l-1 7 3 3H7l3-3zM12 13v8',
  'mono/circle-mono': 'M12 9a3 3 0 1 0 0 6a3 3 0 1 0 0-6M12 11a1 1 0 1 0 0 2a1 1 0 1 0 0-2',
  'unicons/angle-double-left': 'M11 7l-5 5 5 5M18 7l-5 5 5 5',
  'unicons/expand-arrows': 'M12 4v16M4 12h16M9 7l3-3 3 3M9 17l3 3 3-3M7 9l-3 3 3 3M17 9l3 3-3 3',
  'unicons/spinner': 'M12 3a9 9 0 1 0 9 9',
  'unicons/sync-slash': 'M20 12a8 8 0 0 1-13 6M4 12a8 8 0 0 1 13-6M17 2v4h-4M7 22v-4h4M4 4l16 16',
  'unicons/table-collapse-all': 'M4 12h16M12 3v6M9 7l3 2 3-2M12 21v-6M9 17l3-2 3 2',
  'unicons/table-expand-all': 'M4 5h16M4 19h16M12 8v8M9 10.5l3-2.5 3 2.5M9 13.5l3 2.5 3-2.5',
  'unicons/text-fields': 'M5 6h14M12 6v13M8 19h8',
  'unicons/web-section-alt': 'M4 5h16v14H4zM15 5v14',
};

/** Path below the icons' root → SVG. */
export function missingIcons(): Map<string, string> {
  return new Map(Object.entries(STROKES).map(([name, strokes]) => [`${name}.svg`, svg(strokes)]));
}

function svg(strokes: string): string {
  const pen = 'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path ${pen} d="${strokes}"/></svg>\n`;
}

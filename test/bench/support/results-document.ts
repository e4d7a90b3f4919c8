const HEAD = `# Benchmarks

Written by \`npm run bench [-- name …]\`, a section each; every run's figures stand in \`results/\`. Peers run in turns with
what they are compared to, in one run on one machine: ratios hold elsewhere, absolute figures do not.
`;

/** Puts a benchmark's section into the document: in place of its last one, else where its name belongs. */
export function withSection(document: string, name: string, section: string): string {
  const sections = sectionsOf(document);
  sections.set(name, section.trim());
  const names = [...sections.keys()].sort();
  return [HEAD, ...names.map(key => `${opening(key)}\n${sections.get(key)}\n${closing(key)}\n`)].join('\n');
}

function sectionsOf(document: string): Map<string, string> {
  const found = document.matchAll(/<!-- bench ([\w/-]+) -->\n([\s\S]*?)\n<!-- \/bench \1 -->/g);
  return new Map([...found].map(([, name, text]) => [name!, text!]));
}

function opening(name: string): string {
  return `<!-- bench ${name} -->`;
}

function closing(name: string): string {
  return `<!-- /bench ${name} -->`;
}

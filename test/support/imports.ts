import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';

/** A source file and what it imports: paths from the root for files of the project, bare names for packages. */
export interface SourceFile {
  readonly path: string;
  readonly imports: readonly string[];
  /** Without comments and without the inside of strings: what is left is what runs. */
  readonly code: string;
}

export function readSources(root: string): SourceFile[] {
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    path => /\.tsx?$/.test(path) && !path.includes('node_modules'),
  );
  return paths.sort().map(path => {
    const text = readFileSync(join(root, path), 'utf8');
    return { path, imports: importsOf(text).map(name => resolve(name, path, root)), code: bare(text) };
  });
}

function importsOf(text: string): string[] {
  const uncommented = text.replace(/\/\*[\s\S]*?\*\/|(?<![:'"`])\/\/[^\n]*/g, '');
  const statements =
    /(?:^|[\n;])\s*(?:import|export)\s(?:[^'"`;]*?\sfrom\s*)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)|new URL\(\s*['"](\.[^'"]+\.ts)['"]/g;
  return [...uncommented.matchAll(statements)].map(match => (match[1] ?? match[2] ?? match[3])!);
}

function resolve(name: string, from: string, root: string): string {
  return name.startsWith('.') ? relative(root, normalize(join(root, dirname(from), name))) : name;
}

function bare(text: string): string {
  return text.replace(
    /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g,
    piece => (piece.startsWith('/') ? '' : `''`),
  );
}

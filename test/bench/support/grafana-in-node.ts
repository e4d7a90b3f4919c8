/**
 * @grafana/data for Node: its ES modules are written for bundlers, its CommonJS build works. Imported before anything of
 * src/, for its effect.
 */
import { createRequire, registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';

const PACKAGE = '@grafana/data';
const url = pathToFileURL(createRequire(import.meta.url).resolve(PACKAGE)).href;

registerHooks({ resolve: (specifier, context, next) => next(specifier === PACKAGE ? url : specifier, context) });

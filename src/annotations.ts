import { AnnotationEventFieldSource, type AnnotationQuery, type AnnotationSupport } from '@grafana/data';
import type { PanelcastQuery } from './types.ts';

/** More marks than a chart can show apart. */
const MARKS_MAX = 500;

/** The latest grave events as marks; Grafana takes time, text and tags from the fields by their names and types. */
export const annotationSupport: AnnotationSupport<PanelcastQuery> = {
  getDefaultQuery: () => ({
    request: {
      filter: 'severity = 5',
      columns: ['last_occurrence', 'summary', 'node', 'site'],
      orderBy: [{ column: 'last_occurrence', desc: true }],
      limit: MARKS_MAX,
    },
    format: 'table',
  }),

  prepareAnnotation: (saved: AnnotationQuery<PanelcastQuery>) => ({
    ...saved,
    mappings: saved.mappings ?? {
      time: { source: AnnotationEventFieldSource.Field, value: 'last_occurrence' },
      text: { source: AnnotationEventFieldSource.Field, value: 'summary' },
      tags: { source: AnnotationEventFieldSource.Field, value: 'node' },
    },
  }),

  prepareQuery: ({ target }: AnnotationQuery<PanelcastQuery>) =>
    target?.request && { ...target, refId: target.refId || 'Anno', once: true },
};

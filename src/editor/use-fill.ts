import type { PanelData } from '@grafana/data';
import { useCallback } from 'react';
import type { PanelcastDataSource } from '../datasource.ts';

/** A filter with the values that its variables have where it last ran: what the notifier would get. */
export function useFill(datasource: PanelcastDataSource, data: PanelData | undefined): (text: string) => string {
  const scoped = data?.request?.scopedVars;
  return useCallback(
    text => {
      const query = { refId: '', request: { filter: text } };
      return datasource.applyTemplateVariables(query, scoped ?? {}).request.filter ?? '';
    },
    [datasource, scoped],
  );
}

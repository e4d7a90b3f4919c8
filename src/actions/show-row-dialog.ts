import { AppEvents } from '@grafana/data';
import { getAppEvents } from '@grafana/runtime';
import type { NotifierApi } from '../api/notifier-api.ts';
import { RowDialog } from './RowDialog.tsx';
import type { ClickedRow } from './row-links.ts';

/**
 * A click on a link of a table is outside of any component of this plugin, so Grafana is asked to show the dialog: by
 * the event by which it shows its own, whose class is in no package.
 */
export function showRowDialog(api: NotifierApi, row: ClickedRow | undefined): void {
  if (row === undefined)
    getAppEvents().publish({
      type: AppEvents.alertWarning.name,
      payload: ['The row has just moved on; click it again'],
    });
  else getAppEvents().publish({ type: 'show-react-modal', payload: { component: RowDialog, props: { api, row } } });
}

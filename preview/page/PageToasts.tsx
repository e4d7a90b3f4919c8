import { css } from '@emotion/css';
import { AppEvents, BusEventWithPayload, type GrafanaTheme2 } from '@grafana/data';
import { getAppEvents } from '@grafana/runtime';
import { Alert, type AlertVariant, useStyles2 } from '@grafana/ui';
import { useEffect, useState } from 'react';

type Payload = readonly [title: string, text?: string];

/** The events by which Grafana shows a word in the corner. */
class Success extends BusEventWithPayload<Payload> {
  static type = AppEvents.alertSuccess.name;
}
class Warning extends BusEventWithPayload<Payload> {
  static type = AppEvents.alertWarning.name;
}
class Failure extends BusEventWithPayload<Payload> {
  static type = AppEvents.alertError.name;
}
const KINDS = [
  { event: Success, severity: 'success' },
  { event: Warning, severity: 'warning' },
  { event: Failure, severity: 'error' },
] as const;

interface Toast {
  readonly severity: AlertVariant;
  readonly title: string;
  readonly text: string;
}

const SHOWN_MS = 5000;

/** The last of them, for a while. */
export function PageToasts() {
  const styles = useStyles2(toastStyles);
  const [toast, setToast] = useState<Toast>();
  useEffect(() => {
    const subscriptions = KINDS.map(({ event, severity }) =>
      getAppEvents().subscribe(event, ({ payload: [title, text = ''] }) => setToast({ severity, title, text })),
    );
    return () => {
      for (const subscription of subscriptions) subscription.unsubscribe();
    };
  }, []);
  useEffect(() => {
    if (toast === undefined) return;
    const timer = setTimeout(() => setToast(undefined), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [toast]);
  return (
    <div className={styles.corner} role="status">
      {toast && (
        <Alert severity={toast.severity} title={toast.title} elevated onRemove={() => setToast(undefined)}>
          {toast.text}
        </Alert>
      )}
    </div>
  );
}

function toastStyles({ spacing, zIndex }: GrafanaTheme2) {
  return {
    corner: css({ position: 'fixed', top: spacing(2), right: spacing(2), maxWidth: 400, zIndex: zIndex.portal }),
  };
}

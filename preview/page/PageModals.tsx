import { BusEventWithPayload } from '@grafana/data';
import { getAppEvents } from '@grafana/runtime';
import { type ComponentType, useEffect, useState } from 'react';

interface Shown {
  readonly component: ComponentType<{ readonly isOpen: true; readonly onDismiss: () => void }>;
  readonly props: object;
}

/** The event by which Grafana shows dialogs of whoever asks. */
class ShowModal extends BusEventWithPayload<Shown> {
  static type = 'show-react-modal';
}

/** One dialog at a time, over the page, as Grafana's application has it. */
export function PageModals() {
  const [shown, setShown] = useState<Shown>();
  useEffect(() => {
    const subscription = getAppEvents().subscribe(ShowModal, ({ payload }) => setShown(payload));
    return () => subscription.unsubscribe();
  }, []);
  if (shown === undefined) return null;
  const { component: Dialog, props } = shown;
  return <Dialog {...props} isOpen onDismiss={() => setShown(undefined)} />;
}

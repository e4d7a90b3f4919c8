import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Alert, Button, Field, Input, Text, useStyles2 } from '@grafana/ui';
import { type FormEvent, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { NotifierDoor } from '../services/notifier-door.ts';

/** Asks until the notifier lets the page in; it cannot be left without. The page then begins anew. */
export function TokenDialog({ door }: { readonly door: NotifierDoor }) {
  const styles = useStyles2(dialogStyles);
  const why = useSyncExternalStore(door.subscribe, () => door.why);
  const dialog = useRef<HTMLDialogElement>(null);
  const [token, setToken] = useState('');
  const [isRefused, setRefused] = useState(false);
  useEffect(() => {
    if (why !== undefined && dialog.current?.open === false) dialog.current.showModal();
  }, [why]);
  const send = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (token.trim() === '') return;
    await door.knockWith(token);
    if (door.why === undefined) return location.reload();
    setRefused(true);
    setToken('');
  };
  return (
    <dialog
      ref={dialog}
      className={styles.dialog}
      aria-labelledby="token-title"
      onCancel={event => event.preventDefault()}
      // A browser heeds a refusal to close but once.
      onClose={() => door.why !== undefined && dialog.current?.showModal()}
    >
      <form className={styles.form} onSubmit={event => void send(event)}>
        <Text element="h2" variant="h4" id="token-title">
          This notifier needs its token
        </Text>
        {(isRefused || door.token !== undefined) && (
          <Alert severity="error" bottomSpacing={0} title={`Refused: ${why}.`} />
        )}
        <Text color="secondary">
          It is the value of PANELCAST_TOKEN. It stays in this tab and is forgotten when you close it. In Grafana it is
          part of the data source, and no browser has it.
        </Text>
        <Field label="Token" noMargin>
          <Input
            id="token-value"
            type="password"
            autoComplete="off"
            autoFocus
            value={token}
            onChange={event => setToken(event.currentTarget.value)}
          />
        </Field>
        <Button type="submit" disabled={token.trim() === ''}>
          Show the dashboards
        </Button>
      </form>
    </dialog>
  );
}

function dialogStyles({ colors, shadows, shape, spacing }: GrafanaTheme2) {
  return {
    dialog: css({
      width: 460,
      maxWidth: '94vw',
      padding: spacing(3),
      color: colors.text.primary,
      background: colors.background.primary,
      border: `1px solid ${colors.border.weak}`,
      borderRadius: shape.radius.default,
      boxShadow: shadows.z3,
      '&::backdrop': { background: colors.background.canvas, opacity: 0.8 },
    }),
    form: css({ display: 'flex', flexDirection: 'column', gap: spacing(2), '& > button': { alignSelf: 'flex-start' } }),
  };
}

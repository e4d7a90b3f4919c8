import { css, cx } from '@emotion/css';
import type { GrafanaTheme2, PanelData } from '@grafana/data';
import { Icon, type IconName, useStyles2 } from '@grafana/ui';
import { type StatusText, statusText } from './status-text.ts';

interface Props {
  readonly refId: string;
  readonly data: PanelData | undefined;
  /** Goes before what the last answer says: the words that the editor works with could not be had. */
  readonly problem?: string;
}

const ICONS: Readonly<Record<StatusText['severity'], IconName>> = {
  info: 'users-alt',
  warning: 'exclamation-triangle',
  error: 'exclamation-circle',
};

/** One line, always there. */
export function StatusLine({ data, problem, refId }: Props) {
  const styles = useStyles2(lineStyles);
  const { severity, text } =
    problem === undefined ? statusText(refId, data) : { severity: 'warning' as const, text: problem };
  return (
    <div className={cx(styles.line, styles[severity])} role="status">
      <Icon name={ICONS[severity]} size="sm" />
      <span className={styles.text} title={text}>
        {text}
      </span>
    </div>
  );
}

function lineStyles({ colors, spacing, typography }: GrafanaTheme2) {
  return {
    line: css({
      display: 'flex',
      alignItems: 'center',
      gap: spacing(0.75),
      minHeight: spacing(3),
      ...typography.bodySmall,
    }),
    text: css({ overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' }),
    info: css({ color: colors.text.secondary }),
    warning: css({ color: colors.warning.text }),
    error: css({ color: colors.error.text }),
  };
}

import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Icon, useStyles2 } from '@grafana/ui';
import { useEffect, useState } from 'react';

interface Props {
  readonly id: string;
  readonly message: string | undefined;
  /** In its place while nothing is wrong. */
  readonly hint: string;
}

/** While a word is being typed nearly everything is wrong: what stays so for a moment is told aloud. */
const TOLD_AFTER_MS = 800;

/** Always there, so that nothing below jumps when a fault comes and goes. */
export function FaultLine({ hint, id, message }: Props) {
  const styles = useStyles2(lineStyles);
  const [told, setTold] = useState<string>();
  useEffect(() => {
    const timer = setTimeout(() => setTold(message), TOLD_AFTER_MS);
    return () => clearTimeout(timer);
  }, [message]);
  return (
    <div className={cx(styles.line, message !== undefined && styles.wrong)}>
      <span id={id}>
        {message !== undefined && <Icon name="exclamation-circle" size="sm" />} {message ?? hint}
      </span>
      <span className={styles.spoken} role="status">
        {told}
      </span>
    </div>
  );
}

function lineStyles({ colors, spacing, typography }: GrafanaTheme2) {
  return {
    line: css({
      position: 'relative',
      minHeight: '1.6em',
      marginTop: spacing(0.5),
      color: colors.text.secondary,
      ...typography.bodySmall,
    }),
    wrong: css({ color: colors.error.text }),
    spoken: css({ position: 'absolute', width: 1, height: 1, overflow: 'hidden', clipPath: 'inset(50%)' }),
  };
}

import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Icon, type IconName, useStyles2 } from '@grafana/ui';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { Suggestion, SuggestionKind } from './filter-completion.ts';

interface Props {
  readonly id: string;
  readonly suggestions: readonly Suggestion[];
  /** -1 for none. */
  readonly active: number;
  /** The text up to where the list belongs. */
  readonly before: string;
  readonly onTake: (suggestion: Suggestion) => void;
}

const ICONS: Readonly<Record<SuggestionKind, IconName>> = {
  column: 'table',
  operator: 'arrow-right',
  value: 'tag-alt',
  function: 'calculator-alt',
  name: 'filter',
  variable: 'brackets-curly',
  keyword: 'link',
};

/** Below the place where the text goes on; over everything else, so that nothing moves. */
export function SuggestionList({ active, before, id, onTake, suggestions }: Props) {
  const styles = useStyles2(listStyles);
  const ruler = useRef<HTMLSpanElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState({ left: 0, top: 0 });
  useLayoutEffect(() => {
    const { offsetHeight = 0, offsetLeft = 0, offsetTop = 0 } = ruler.current ?? {};
    const room = (list.current?.offsetParent?.clientWidth ?? 0) - (list.current?.offsetWidth ?? 0);
    const next = { left: Math.max(0, Math.min(offsetLeft, room)), top: offsetTop + offsetHeight };
    setPlace(old => (old.left === next.left && old.top === next.top ? old : next));
  });
  useEffect(() => {
    list.current?.children[active]?.scrollIntoView?.({ block: 'nearest' });
  }, [active]);
  return (
    <>
      <span className={styles.measure} aria-hidden="true">
        {before}
        <span ref={ruler}>{'\u200b'}</span>
      </span>
      <div
        ref={list}
        id={id}
        className={styles.list}
        style={place}
        role="listbox"
        tabIndex={-1}
        aria-label="Suggestions"
      >
        {suggestions.map((suggestion, index) => (
          <div
            key={suggestion.label}
            id={`${id}-${index}`}
            className={cx(styles.option, index === active && styles.active)}
            role="option"
            tabIndex={-1}
            aria-selected={index === active}
            // Before the text area loses the focus, which would close the list.
            onMouseDown={event => {
              event.preventDefault();
              onTake(suggestion);
            }}
          >
            <Icon name={ICONS[suggestion.kind]} size="sm" />
            <span>{suggestion.label}</span>
            <span className={styles.detail}>{suggestion.detail}</span>
          </div>
        ))}
      </div>
    </>
  );
}

function listStyles(theme: GrafanaTheme2) {
  const { colors, shadows, shape, spacing, typography, zIndex } = theme;
  return {
    measure: css({
      position: 'absolute',
      inset: 0,
      visibility: 'hidden',
      pointerEvents: 'none',
      padding: spacing(0.75, 1),
      fontFamily: typography.fontFamilyMonospace,
      fontSize: typography.bodySmall.fontSize,
      lineHeight: 1.6,
      letterSpacing: 0,
      whiteSpace: 'pre-wrap',
      overflowWrap: 'anywhere',
    }),
    list: css({
      position: 'absolute',
      zIndex: zIndex.dropdown,
      minWidth: 240,
      maxWidth: '100%',
      maxHeight: 260,
      margin: spacing(0.25, 0, 0),
      padding: spacing(0.5),
      overflowY: 'auto',
      background: colors.background.elevated ?? colors.background.primary,
      border: `1px solid ${colors.border.weak}`,
      borderRadius: shape.radius.default,
      boxShadow: shadows.z3,
      ...typography.bodySmall,
    }),
    option: css({
      display: 'flex',
      alignItems: 'center',
      gap: spacing(1),
      padding: spacing(0.5, 1),
      borderRadius: shape.radius.default,
      cursor: 'pointer',
      whiteSpace: 'nowrap',
      '&:hover': { background: colors.action.hover },
    }),
    active: css({ background: colors.action.selected }),
    detail: css({
      marginLeft: 'auto',
      paddingLeft: spacing(2),
      overflow: 'hidden',
      textOverflow: 'ellipsis',
      color: colors.text.secondary,
    }),
  };
}

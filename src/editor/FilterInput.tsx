import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { type KeyboardEvent, useId, useRef } from 'react';
import type { AskedTable } from '../api/notifier-api.ts';
import type { ColumnValues } from './column-values.ts';
import { FaultLine } from './FaultLine.tsx';
import type { FilterFault } from './filter-fault.ts';
import { type PaintKind, paintFilter } from './filter-paint.ts';
import { SuggestionList } from './SuggestionList.tsx';
import { useCompletion } from './use-completion.ts';
import type { Vocabulary } from './vocabulary.ts';

interface Props {
  readonly id: string;
  readonly text: string;
  readonly table: AskedTable | undefined;
  readonly vocabulary: Vocabulary;
  readonly values: ColumnValues;
  readonly fault: FilterFault | undefined;
  readonly placeholder?: string;
  readonly onChange: (text: string) => void;
  /** The text is finished for now: the reader left it, or asked to run it. */
  readonly onCommit: (text: string) => void;
}

/**
 * A filter as text: coloured, completed as it is typed, its fault underlined where it is. A plain text area with the
 * same text painted behind it, so that selection, undo, dictation and mobile keyboards are the browser's own.
 */
export function FilterInput({ fault, id, onChange, onCommit, placeholder, table, text, values, vocabulary }: Props) {
  const styles = useStyles2(inputStyles);
  const listId = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const { close, onKey, open, shown } = useCompletion({ text, area, table, vocabulary, values, onChange });
  const commit = (): void => {
    close();
    onCommit(text);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey || event.shiftKey)) commit();
    else if (!onKey(event)) return;
    event.preventDefault();
    // Escape that closes a list must not close the panel editor around it.
    event.stopPropagation();
  };
  return (
    <div className={styles.whole}>
      <div className={cx(styles.frame, fault && styles.faulty)}>
        <PaintedText text={text} fault={fault} />
        <textarea
          id={id}
          ref={area}
          className={cx(styles.text, styles.area)}
          value={text}
          rows={1}
          spellCheck={false}
          autoComplete="off"
          autoCapitalize="off"
          placeholder={placeholder}
          aria-autocomplete="list"
          aria-controls={shown && listId}
          aria-activedescendant={shown && shown.active >= 0 ? `${listId}-${shown.active}` : undefined}
          aria-invalid={fault !== undefined}
          aria-describedby={`${id}-fault`}
          onChange={event => {
            onChange(event.currentTarget.value);
            open(event.currentTarget.value);
          }}
          onKeyDown={onKeyDown}
          onClick={close}
          onBlur={commit}
        />
        {shown && (
          <SuggestionList
            id={listId}
            suggestions={shown.suggestions}
            active={shown.active}
            before={text.slice(0, shown.from)}
            onTake={shown.take}
          />
        )}
      </div>
      <FaultLine id={`${id}-fault`} message={fault?.message} hint="Ctrl+Space completes, Shift+Enter runs" />
    </div>
  );
}

/** What is seen; the text area over it has only a caret. It also gives the text area its height. */
function PaintedText({ fault, text }: Pick<Props, 'fault' | 'text'>) {
  const styles = useStyles2(inputStyles);
  return (
    <pre className={cx(styles.text, styles.paint)} aria-hidden="true">
      {paintFilter(text, fault).map(({ isFault, kind, text: piece }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no other identity than their place
        <span key={index} className={cx(styles[kind], isFault && styles.fault)}>
          {piece}
        </span>
      ))}
      {'\n'}
    </pre>
  );
}

function inputStyles(theme: GrafanaTheme2) {
  const { colors, shape, spacing, typography } = theme;
  const paints: Record<PaintKind | 'fault', string> = {
    plain: css({}),
    keyword: css({ color: colors.primary.text }),
    string: css({ color: colors.success.text }),
    number: css({ color: colors.warning.text }),
    name: css({ color: theme.visualization.getColorByName('purple') }),
    variable: css({ color: theme.visualization.getColorByName('purple') }),
    fault: css({ textDecoration: `underline wavy ${colors.error.text}`, textDecorationSkipInk: 'none' }),
  };
  return {
    ...paints,
    whole: css({ width: '100%', minWidth: 0 }),
    frame: css({
      position: 'relative',
      background: colors.background.primary,
      border: `1px solid ${colors.border.medium}`,
      borderRadius: shape.radius.default,
      '&:focus-within': { outline: `2px solid ${colors.primary.main}`, outlineOffset: 1 },
    }),
    faulty: css({ borderColor: colors.error.border }),
    text: css({
      margin: 0,
      padding: spacing(0.75, 1),
      border: 0,
      fontFamily: typography.fontFamilyMonospace,
      fontSize: typography.bodySmall.fontSize,
      lineHeight: 1.6,
      letterSpacing: 0,
      whiteSpace: 'pre-wrap',
      overflowWrap: 'anywhere',
      tabSize: 2,
    }),
    paint: css({
      minHeight: '2.2em',
      background: 'none',
      color: colors.text.primary,
      pointerEvents: 'none',
      overflow: 'hidden',
    }),
    area: css({
      position: 'absolute',
      inset: 0,
      width: '100%',
      height: '100%',
      resize: 'none',
      overflow: 'hidden',
      background: 'transparent',
      color: 'transparent',
      caretColor: colors.text.primary,
      '&:focus': { outline: 'none' },
      '&::placeholder': { color: colors.text.disabled },
      '&::selection': { background: colors.primary.transparent },
    }),
  };
}

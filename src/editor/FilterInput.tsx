import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Icon, useStyles2 } from '@grafana/ui';
import { type KeyboardEvent, useEffect, useId, useLayoutEffect, useReducer, useRef, useState } from 'react';
import type { TableSchema } from '../../backend/protocol/schema.ts';
import type { ColumnValues } from './column-values.ts';
import { type Completion, completeFilter, type Suggestion } from './filter-completion.ts';
import type { FilterFault } from './filter-fault.ts';
import { type PaintKind, paintFilter } from './filter-paint.ts';
import { SuggestionList } from './SuggestionList.tsx';
import type { Vocabulary } from './vocabulary.ts';

interface Props {
  readonly id: string;
  readonly text: string;
  readonly table: TableSchema | undefined;
  readonly vocabulary: Vocabulary;
  readonly values: ColumnValues;
  readonly fault: FilterFault | undefined;
  readonly placeholder?: string;
  readonly onChange: (text: string) => void;
  /** The text is finished for now: the reader left it, or asked to run it. */
  readonly onCommit: (text: string) => void;
}

/** A list of suggestions that is shown, and which of them Enter would take; none before somebody chose or typed. */
interface Shown {
  readonly completion: Completion;
  readonly active: number;
}

/**
 * A filter as text: coloured, completed as it is typed, its fault underlined where it is. A plain text area with the
 * same text painted behind it, so that selection, undo, spelling by voice and mobile keyboards are the browser's own.
 */
export function FilterInput({ fault, id, onChange, onCommit, placeholder, table, text, values, vocabulary }: Props) {
  const styles = useStyles2(inputStyles);
  const listId = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const caretAfter = useRef<number | undefined>(undefined);
  const [shown, setShown] = useState<Shown | undefined>();
  const [, repaint] = useReducer((count: number) => count + 1, 0);

  const complete = (of: string, caret: number): Completion => {
    const name = table?.name ?? '';
    const completion = completeFilter(of, caret, { vocabulary, table, valuesOf: column => values.known(name, column) });
    const { valuesOf } = completion;
    if (valuesOf !== undefined && table !== undefined && values.known(name, valuesOf) === undefined)
      void values.ask(name, valuesOf).then(repaint);
    return completion;
  };
  const open = (of: string, isAsked: boolean): void => {
    const caret = area.current?.selectionStart ?? of.length;
    const completion = complete(of, caret);
    const isChosen = isAsked || completion.prefix !== '';
    setShown({ completion, active: isChosen ? 0 : -1 });
  };
  const take = ({ insert }: Suggestion, { from, to }: Completion): void => {
    const next = text.slice(0, from) + insert + text.slice(to).replace(/^ /, '');
    caretAfter.current = from + insert.length;
    setShown(undefined);
    onChange(next);
  };
  useLayoutEffect(() => {
    const caret = caretAfter.current;
    if (caret === undefined) return;
    caretAfter.current = undefined;
    area.current?.setSelectionRange(caret, caret);
    open(text, false);
  });

  // Values that came meanwhile belong to the list that is open.
  const caret = area.current?.selectionStart ?? text.length;
  const completion = shown && complete(text, caret);
  const suggestions = completion?.suggestions ?? [];
  const active = Math.min(shown?.active ?? -1, suggestions.length - 1);
  const isOpen = shown !== undefined && suggestions.length > 0;

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    const isRun = event.key === 'Enter' && (event.ctrlKey || event.metaKey || event.shiftKey);
    if (isRun) {
      event.preventDefault();
      setShown(undefined);
      onCommit(text);
    } else if (event.key === ' ' && event.ctrlKey) {
      event.preventDefault();
      open(text, true);
    } else if (isOpen && completion !== undefined) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      const chosen = suggestions[active];
      if (step !== undefined) {
        event.preventDefault();
        setShown({ completion, active: (active + step + suggestions.length) % suggestions.length });
      } else if ((event.key === 'Enter' || event.key === 'Tab') && chosen !== undefined) {
        event.preventDefault();
        take(chosen, completion);
      } else if (event.key === 'Escape') {
        event.preventDefault();
        event.stopPropagation();
        setShown(undefined);
      } else if (/^(Arrow(Left|Right)|Home|End|PageUp|PageDown|Tab|Enter)$/.test(event.key)) setShown(undefined);
    }
  };

  return (
    <div className={styles.whole}>
      <div className={cx(styles.frame, fault && styles.faulty)}>
        <pre className={cx(styles.text, styles.paint)} aria-hidden="true">
          {paintFilter(text, fault).map(({ isFault, kind, text: piece }, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no other identity than their place
            <span key={index} className={cx(styles[kind], isFault && styles.fault)}>
              {piece}
            </span>
          ))}
          {'\n'}
        </pre>
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
          aria-controls={isOpen ? listId : undefined}
          aria-activedescendant={isOpen && active >= 0 ? `${listId}-${active}` : undefined}
          aria-invalid={fault !== undefined}
          aria-describedby={`${id}-fault`}
          onChange={event => {
            onChange(event.currentTarget.value);
            open(event.currentTarget.value, false);
          }}
          onKeyDown={onKeyDown}
          onClick={() => setShown(undefined)}
          onBlur={() => {
            setShown(undefined);
            onCommit(text);
          }}
        />
        {isOpen && completion && (
          <SuggestionList
            id={listId}
            suggestions={suggestions}
            active={active}
            before={text.slice(0, completion.from)}
            onTake={suggestion => take(suggestion, completion)}
          />
        )}
      </div>
      <FaultLine id={`${id}-fault`} fault={fault} />
    </div>
  );
}

/** Always there, so that nothing below jumps when a fault comes and goes. */
function FaultLine({ fault, id }: { readonly id: string; readonly fault: FilterFault | undefined }) {
  const styles = useStyles2(inputStyles);
  const [told, setTold] = useState<string>();
  const message = fault?.message;
  // Told aloud when it has stayed for a moment: while a word is being typed nearly everything is wrong.
  useEffect(() => {
    const timer = setTimeout(() => setTold(message), 800);
    return () => clearTimeout(timer);
  }, [message]);
  return (
    <div className={cx(styles.line, message !== undefined && styles.wrong)}>
      <span id={id}>
        {message === undefined ? (
          'Ctrl+Space completes, Shift+Enter runs'
        ) : (
          <>
            <Icon name="exclamation-circle" size="sm" /> {message}
          </>
        )}
      </span>
      <span className={styles.spoken} role="status">
        {told}
      </span>
    </div>
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
    line: css({
      minHeight: '1.6em',
      marginTop: spacing(0.5),
      color: colors.text.secondary,
      ...typography.bodySmall,
    }),
    wrong: css({ color: colors.error.text }),
    spoken: css({ position: 'absolute', width: 1, height: 1, overflow: 'hidden', clipPath: 'inset(50%)' }),
  };
}

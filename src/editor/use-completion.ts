import { type KeyboardEvent, type RefObject, useLayoutEffect, useReducer, useRef, useState } from 'react';
import type { AskedTable } from '../api/notifier-api.ts';
import type { ColumnValues } from './column-values.ts';
import { type Completion, completeFilter, type Suggestion } from './filter-completion.ts';
import type { Vocabulary } from './vocabulary.ts';

export interface CompletedText {
  readonly text: string;
  readonly area: RefObject<HTMLTextAreaElement | null>;
  readonly table: AskedTable | undefined;
  readonly vocabulary: Vocabulary;
  readonly values: ColumnValues;
  readonly onChange: (text: string) => void;
}

export interface ShownCompletion {
  readonly suggestions: readonly Suggestion[];
  /** The one that Enter takes; -1 for none. */
  readonly active: number;
  /** Where in the text the list belongs. */
  readonly from: number;
  readonly take: (suggestion: Suggestion) => void;
}

/** The list of suggestions at the caret of a text area: when it is shown, what is in it, and which keys are for it. */
export function useCompletion({ area, onChange, table, text, values, vocabulary }: CompletedText) {
  const [active, setActive] = useState<number | undefined>();
  const [, repaint] = useReducer((count: number) => count + 1, 0);
  const caretAfter = useRef<number | undefined>(undefined);

  const complete = (of: string): Completion => {
    const caret = area.current?.selectionStart ?? of.length;
    const completion = completeFilter(of, caret, {
      vocabulary,
      table,
      valuesOf: column => table && values.known(table, column),
    });
    const { valuesOf } = completion;
    // They are shown when they have come, if the list is still open.
    if (valuesOf !== undefined && table !== undefined && values.known(table, valuesOf) === undefined)
      void values.ask(table, valuesOf).then(repaint);
    return completion;
  };
  /** Nothing is chosen before somebody typed or asked: Enter is a new line then. */
  const open = (of: string, isAsked = false): void => setActive(isAsked || complete(of).prefix !== '' ? 0 : -1);
  const close = (): void => setActive(undefined);
  const completion = active === undefined ? undefined : complete(text);
  const suggestions = completion?.suggestions ?? [];
  const chosen = Math.min(active ?? -1, suggestions.length - 1);

  const take = ({ insert }: Suggestion): void => {
    if (completion === undefined) return;
    caretAfter.current = completion.from + insert.length;
    close();
    // What is inserted brings its own space.
    onChange(text.slice(0, completion.from) + insert + text.slice(completion.to).replace(/^ /, ''));
  };
  useLayoutEffect(() => {
    const caret = caretAfter.current;
    if (caret === undefined) return;
    caretAfter.current = undefined;
    area.current?.setSelectionRange(caret, caret);
    open(text);
  });

  const isOpen = suggestions.length > 0;
  /** Whether the key was for the list. */
  const onKey = ({ ctrlKey, key }: KeyboardEvent): boolean => {
    if (key === ' ' && ctrlKey) open(text, true);
    else if (!isOpen) return false;
    else if (key === 'ArrowDown') setActive((chosen + 1) % suggestions.length);
    else if (key === 'ArrowUp') setActive((Math.max(chosen, 0) - 1 + suggestions.length) % suggestions.length);
    else if ((key === 'Enter' || key === 'Tab') && chosen >= 0) take(suggestions[chosen]!);
    else if (key === 'Escape') close();
    else {
      if (key.length > 1 && key !== 'Backspace' && key !== 'Delete' && key !== 'Shift') close();
      return false;
    }
    return true;
  };
  const shown: ShownCompletion | undefined =
    isOpen && completion !== undefined ? { suggestions, active: chosen, from: completion.from, take } : undefined;
  return { shown, open, close, onKey };
}

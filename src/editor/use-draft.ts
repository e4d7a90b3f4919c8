import { useState } from 'react';

/** What is typed but not yet part of the query; a value that changes from outside replaces it. */
export function useDraft<T>(value: T): [draft: T, setDraft: (draft: T) => void] {
  const [draft, setDraft] = useState(value);
  const [seen, setSeen] = useState(value);
  if (!Object.is(seen, value)) {
    setSeen(value);
    setDraft(value);
  }
  return [draft, setDraft];
}

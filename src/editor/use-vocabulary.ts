import { getTemplateSrv } from '@grafana/runtime';
import { useEffect, useState } from 'react';
import type { Names, NotifierApi, Schema } from '../api/notifier-api.ts';
import { requestFailure } from '../api/request-failure.ts';
import { NO_VOCABULARY, type Vocabulary } from './vocabulary.ts';

export interface LoadedVocabulary {
  readonly vocabulary: Vocabulary;
  /** Until then nothing can be told wrong. */
  readonly isLoaded: boolean;
  readonly problem?: string;
}

/** The notifier's words and the dashboard's variables. An editor works without them, it only cannot complete. */
export function useVocabulary(api: NotifierApi): LoadedVocabulary {
  const [loaded, setLoaded] = useState<LoadedVocabulary>({ vocabulary: NO_VOCABULARY, isLoaded: false });
  useEffect(() => {
    let isGone = false;
    load(api).then(
      vocabulary => !isGone && setLoaded({ vocabulary, isLoaded: true }),
      error =>
        !isGone && setLoaded({ vocabulary: NO_VOCABULARY, isLoaded: false, problem: requestFailure(error).message }),
    );
    return () => {
      isGone = true;
    };
  }, [api]);
  return loaded;
}

async function load(api: NotifierApi): Promise<Vocabulary> {
  const [schema, names]: [Schema, Names] = await Promise.all([api.schema(), api.names()]);
  const variables = getTemplateSrv()
    .getVariables()
    .map(({ name }) => name);
  return { ...schema, ...names, variables };
}

import { useState } from 'react';
import type { ActionAnswer, ActionRequest } from '../../backend/protocol/row-action.ts';
import type { NotifierApi } from '../api/notifier-api.ts';
import { requestFailure } from '../api/request-failure.ts';

export interface ActionState {
  readonly isBusy?: true;
  readonly answer?: ActionAnswer;
  readonly problem?: string;
}

/** Does one action at a time; `onEnd` is told its answer, or nothing where it was refused. */
export function useAction(api: NotifierApi, onEnd: (answer?: ActionAnswer) => void) {
  const [state, setState] = useState<ActionState>({});
  const run = async (request: ActionRequest): Promise<void> => {
    setState({ isBusy: true });
    try {
      const answer = await api.act(request);
      setState({ answer });
      onEnd(answer);
    } catch (error) {
      setState({ problem: requestFailure(error).message });
      onEnd();
    }
  };
  return { ...state, run: (request: ActionRequest): void => void run(request) };
}

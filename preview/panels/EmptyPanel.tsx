import { LoadingState } from '@grafana/data';
import { Stack, Text } from '@grafana/ui';

interface Props {
  readonly state: LoadingState;
  readonly noValue?: string | undefined;
}

export function EmptyPanel({ state, noValue }: Props) {
  return (
    <Stack height="100%" alignItems="center" justifyContent="center">
      <Text color="secondary">{state === LoadingState.Loading ? '' : (noValue ?? 'No data')}</Text>
    </Stack>
  );
}

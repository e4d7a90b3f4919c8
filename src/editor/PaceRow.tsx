import { EditorField } from '@grafana/plugin-ui';
import { Combobox } from '@grafana/ui';
import type { Request } from '../../backend/protocol/request.ts';
import { INTERVALS_MS, intervalText, modeChoices, readIntervalMs, withMode } from './pace.ts';

interface Props {
  readonly id: string;
  readonly request: Request;
  readonly onChange: (request: Request) => void;
}

/** How often and how the panel is told. */
export function PaceRow({ id, onChange, request }: Props) {
  const { intervalMs, mode = 'net' } = request;
  const modes = modeChoices(request);
  const setInterval = (text: string | undefined): void => {
    const { intervalMs: _, ...rest } = request;
    const read = text === undefined ? undefined : readIntervalMs(text);
    onChange(read === undefined ? rest : { ...rest, intervalMs: read });
  };
  const options = INTERVALS_MS.map(ms => ({ value: intervalText(ms), label: intervalText(ms) }));
  return (
    <>
      <EditorField
        label="Interval"
        tooltip="The time between two cuts. By default the notifier’s own; panels of one interval are always of one cut."
      >
        <Combobox
          id={`${id}-interval`}
          width={20}
          isClearable
          createCustomValue
          customValueDescription="Such as 500ms, 3s, 2m"
          placeholder="notifier’s own"
          options={options}
          value={intervalMs === undefined ? null : { value: intervalText(intervalMs), label: intervalText(intervalMs) }}
          onChange={option => setInterval(option?.value)}
        />
      </EditorField>
      <EditorField label="Mode" tooltip={modes.find(({ value }) => value === mode)?.sentence ?? ''}>
        <Combobox
          id={`${id}-mode`}
          width={18}
          options={modes.map(({ label, sentence, value }) => ({ value, label, description: sentence }))}
          // A saved one may be none of them.
          value={{ value: mode, label: mode }}
          onChange={({ value }) => onChange(withMode(request, value))}
        />
      </EditorField>
    </>
  );
}

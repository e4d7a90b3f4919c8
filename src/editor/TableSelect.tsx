import { EditorField } from '@grafana/plugin-ui';
import { Combobox, type ComboboxOption } from '@grafana/ui';
import type { Request } from '../../backend/protocol/request.ts';
import { DEFAULT_TABLE, nameOfTable, tableName } from '../api/table-name.ts';
import { displayText } from '../query/display-text.ts';
import { ofTable } from './table-change.ts';
import type { Vocabulary } from './vocabulary.ts';
import { without } from './without.ts';

interface Props {
  readonly id: string;
  readonly request: Request;
  readonly vocabulary: Vocabulary;
  readonly onChange: (request: Request) => void;
}

const VIEW = 'view:';

/** A table, or a whole request that the notifier knows by name. */
export function TableSelect({ id, onChange, request, vocabulary }: Props) {
  const { view } = request;
  const chosen = view === undefined ? tableName(request) : VIEW + view;
  return (
    <EditorField
      label="Table"
      tooltip="The notifier’s tables, the facts that it has of itself, and the views that it has under a name."
    >
      <Combobox
        id={`${id}-table`}
        width="auto"
        minWidth={18}
        createCustomValue
        customValueDescription="Such as a table named by a variable"
        options={options(vocabulary)}
        value={{ value: chosen, label: view ?? chosen }}
        onChange={({ value }) => onChange(asking(request, value, vocabulary))}
      />
    </EditorField>
  );
}

function options({ tables, views }: Vocabulary): ComboboxOption<string>[] {
  return [
    ...tables.map(table => ({
      value: nameOfTable(table),
      label: nameOfTable(table),
      ...(table.description && { description: table.description }),
      ...(table.source !== undefined && { group: 'The notifier itself' }),
    })),
    ...Object.entries(views).map(([name, of]) => ({
      value: VIEW + name,
      label: name,
      description: displayText(of),
      group: 'Named views',
    })),
  ];
}

/** Of a named view only the pace is the panel's own. */
function asking(request: Request, value: string, vocabulary: Vocabulary): Request {
  const { intervalMs, mode } = request;
  if (value.startsWith(VIEW))
    return { view: value.slice(VIEW.length), ...(intervalMs && { intervalMs }), ...(mode && { mode }) };
  const known = vocabulary.tables.find(table => nameOfTable(table) === value);
  if (known !== undefined) return ofTable(request, known, vocabulary);
  const rest = without(request, 'table', 'source', 'view');
  return value === DEFAULT_TABLE ? rest : { ...rest, table: value };
}

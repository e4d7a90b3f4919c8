import { type PanelProps, renderTextPanelMarkdown } from '@grafana/data';
import { RenderUserContentAsHTML } from '@grafana/ui';

interface TextOptions {
  readonly content?: string;
}

export function TextPanel({ options, replaceVariables }: PanelProps<TextOptions>) {
  const content = renderTextPanelMarkdown(replaceVariables(options.content ?? '', {}, 'html'));
  return <RenderUserContentAsHTML className="markdown-html" component="div" content={content} />;
}

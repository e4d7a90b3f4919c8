import { ColumnBuffers } from './column-buffers.ts';
import { SeriesWindow } from './series-window.ts';

/** The value arrays of one query of one panel, kept from cut to cut. */
export class PanelBuffers {
  readonly columns = new ColumnBuffers();
  readonly past = new SeriesWindow();
}

import { type FanoutShape, measureFanout } from '../fanout-workload.ts';
import { answerAlone } from '../support/alone.ts';

export type OwnShape = Omit<FanoutShape, 'answers'>;

await answerAlone(import.meta.filename, async (shape: OwnShape) => {
  const writing = await measureFanout({ ...shape, answers: false });
  const operating = await measureFanout({ ...shape, answers: true });
  return {
    'server µs a viewer': operating.cpuUs,
    'bare write µs a viewer': operating.bareCpuUs,
    'by a bare write': writing.ratio,
    'by a bare write, with answers': operating.ratio,
    'loop delay p99 ms': operating.loopDelayP99Ms,
    'loop turn p99 CPU ms': operating.turnP99Ms,
    'sweep ms': operating.sweepMs,
  };
});

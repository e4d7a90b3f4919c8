import { type FanoutShape, measureFanout } from '../fanout-workload.ts';
import { answerAlone } from '../support/alone.ts';

export type OwnShape = Omit<FanoutShape, 'answers'>;

await answerAlone(import.meta.filename, async (shape: OwnShape) => {
  const { bareCpuUs, cpuUs, loopDelayP99Ms, ratio, sweepMs } = await measureFanout({ ...shape, answers: true });
  return {
    'server µs a viewer': cpuUs,
    'bare write µs a viewer': bareCpuUs,
    'by a bare write': ratio,
    'loop delay p99 ms': loopDelayP99Ms,
    'sweep ms': sweepMs,
  };
});

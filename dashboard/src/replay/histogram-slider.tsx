import { useMemo, useRef, type PointerEvent } from 'react';
import { useCell } from '../live/store.ts';
import { clockSeconds, plural } from '../parts/times.ts';
import { useWidth } from '../parts/width.ts';
import { resample, unknownOf, useHistogram } from './histogram.ts';
import type { Player } from './player.ts';
import type { Recording } from './recording.ts';
import { histogramOf } from './timeline.ts';
import type { Part } from './use-recording.ts';

const barStep = 5;
const height = 36;

interface Props {
  part: Part;
  recording: Recording;
  version: number;
  player: Player;
  from: number;
  to: number;
  /** Whether the recording is only the beginning. */
  isCut: boolean;
}

/** What happened when, at a glance: messages as bars, questions and failures as marks. Pressed or drawn along, it goes there. */
export function HistogramSlider({ part, recording, version, player, from, to, isCut }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const time = useCell(player.time);
  const view = useCell(player.view);
  const counted = useHistogram(part, from, to, player.isOver);
  const count = Math.max(1, Math.floor(width / barStep));
  const buckets = useMemo(() => {
    const { asked, failed } = recording.marks();
    const said = recording.said.map(({ at }) => at);
    const own = histogramOf(from, to, count, { messages: said, questions: asked, failures: failed });
    if (!counted) return own;
    // What was played is known to the millisecond; what died, or was too much to be played, only the server has counted.
    const whole = resample(unknownOf(counted, failed), counted.length, from, to, count);
    return own.map((bar, index) => ({
      ...bar,
      messages: isCut ? whole[index]!.messages : bar.messages,
      questions: isCut ? whole[index]!.questions : bar.questions,
      failures: bar.failures + whole[index]!.failures,
    }));
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [recording, version, counted, from, to, count, isCut]);
  // By the root: one message beside a thousand is still seen.
  const highest = Math.max(3, ...buckets.map(({ messages }) => messages));
  const place = (at: number) => (to > from ? ((at - from) / (to - from)) * width : width);
  const x = place(time ?? to);
  const said = recording.saidAt(player.place.get() ?? Infinity);
  const seek = (event: PointerEvent) => {
    const { left } = box.current!.getBoundingClientRect();
    const share = (event.clientX - left) / Math.max(1, width);
    if (share >= 0.995) player.live();
    else player.seek(from + share * (to - from));
  };
  return (
    <div
      ref={box}
      role="slider"
      tabIndex={0}
      aria-label="Place in the recording"
      aria-valuemin={0}
      aria-valuemax={recording.said.length}
      aria-valuenow={said}
      aria-valuetext={`${time !== null ? clockSeconds(time) : player.isOver ? 'the end' : 'live'}, ${plural(said, 'message')} of ${recording.said.length}`}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        seek(event);
      }}
      onPointerMove={(event) => event.buttons > 0 && seek(event)}
      className="relative cursor-pointer touch-none rounded-sm bg-muted"
    >
      <svg width="100%" height={height} aria-hidden="true" className="block">
        {buckets.map(({ at, messages, questions, failures }, index) => {
          const left = index * barStep;
          const size = messages === 0 ? 0 : Math.max(3, Math.sqrt(messages / highest) * (height - 8));
          return (
            <g key={index}>
              {size > 0 && (
                <rect
                  x={left + 1}
                  y={height - size}
                  width={barStep - 2}
                  height={size}
                  className={left <= x || at <= (time ?? to) ? 'fill-busy-solid' : 'fill-calm-solid'}
                  opacity={left <= x ? 0.7 : 0.45}
                />
              )}
              {(questions > 0 || failures > 0) && (
                <rect
                  data-mark={failures > 0 ? 'failure' : 'question'}
                  x={left + 2}
                  y={0}
                  width={1.5}
                  height={height}
                  className={failures > 0 ? 'fill-bad-solid' : 'fill-person-solid'}
                />
              )}
            </g>
          );
        })}
        {view && (
          <rect
            data-view
            x={place(view.from)}
            y={0.5}
            width={Math.max(2, place(view.to) - place(view.from))}
            height={height - 1}
            fill="none"
            className="stroke-accent"
            opacity={0.6}
          />
        )}
        <rect x={Math.max(0, Math.min(width - 2, x - 1))} y={0} width={2} height={height} className="fill-accent" />
      </svg>
    </div>
  );
}

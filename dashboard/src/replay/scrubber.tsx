import clsx from 'clsx';
import { Pause, Play, SkipBack, SkipForward, StepBack, StepForward } from 'lucide-react';
import { useMemo, useRef, type PointerEvent } from 'react';
import { useCell } from '../live/store.ts';
import { clock, clockSeconds, plural } from '../parts/times.ts';
import { useWidth } from '../parts/width.ts';
import { IconButton } from '../ui/button.tsx';
import { icon } from '../ui/icon.ts';
import { speeds, type Player } from './player.ts';
import type { Recording } from './recording.ts';
import { histogramOf } from './timeline.ts';

interface Props {
  recording: Recording;
  version: number;
  player: Player;
  from: number;
  to: number;
  isFolded: boolean;
  onFold: (isOn: boolean) => void;
}

/** The whole run at a glance, and what plays it. */
export function Scrubber(props: Props) {
  const { player, from, to, isFolded, onFold } = props;
  return (
    <footer className="shrink-0 border-t px-4 pb-2.5 pt-2.5">
      <Histogram {...props} />
      <div className="mt-2 flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <Clock player={player} from={from} to={to} />
        <Transport player={player} />
        <div className="flex items-center gap-4">
          <Speeds player={player} className="md:hidden" />
          <label className="flex items-center gap-2 max-sm:hidden">
            <input
              type="checkbox"
              role="switch"
              checked={isFolded}
              onChange={(event) => onFold(event.target.checked)}
              className="peer sr-only"
            />
            <span
              aria-hidden="true"
              className="relative h-[18px] w-[30px] rounded-full bg-control transition-colors duration-120 after:absolute after:left-0.5 after:top-0.5 after:size-3.5 after:rounded-full after:bg-card after:transition-transform after:duration-120 peer-checked:bg-accent peer-checked:after:translate-x-3 peer-focus-visible:outline-2 peer-focus-visible:outline-offset-1 peer-focus-visible:outline-accent"
            />
            Fold silence
          </label>
        </div>
      </div>
    </footer>
  );
}

function Clock({ player, from, to }: { player: Player; from: number; to: number }) {
  const time = useCell(player.time);
  return (
    <p className="min-w-44 text-foreground-2 max-md:min-w-0">
      <span className="font-semibold text-foreground">{time !== null ? clockSeconds(time) : player.isOver ? 'The end' : 'Live'}</span> of{' '}
      {clock(from)} – {clock(to)}
    </p>
  );
}

function Transport({ player }: { player: Player }) {
  const isPlaying = useCell(player.isPlaying);
  const place = useCell(player.place);
  return (
    <div className="flex items-center gap-1.5" role="group" aria-label="Play">
      <IconButton label="To the start (Home)" onClick={() => player.start()}>
        <SkipBack {...icon} />
      </IconButton>
      <IconButton label="One message back (Left)" onClick={() => player.step(-1)}>
        <StepBack {...icon} />
      </IconButton>
      <button
        type="button"
        aria-label={isPlaying ? 'Pause' : 'Play'}
        title={`${isPlaying ? 'Pause' : 'Play'} (Space)`}
        onClick={() => player.toggle()}
        className="mx-1.5 inline-flex size-9 items-center justify-center rounded-full bg-primary text-primary-foreground hover:opacity-90 coarse:size-11"
      >
        {isPlaying ? <Pause {...icon} fill="currentColor" /> : <Play {...icon} fill="currentColor" className="ml-0.5" />}
      </button>
      <IconButton label="One message on (Right)" disabled={place === null} onClick={() => player.step(1)}>
        <StepForward {...icon} />
      </IconButton>
      <IconButton
        label={player.isOver ? 'To the end (End)' : 'To the end, live (End)'}
        disabled={place === null}
        onClick={() => player.live()}
      >
        <SkipForward {...icon} />
      </IconButton>
      <Speeds player={player} className="ml-3 max-md:hidden" />
    </div>
  );
}

function Speeds({ player, className }: { player: Player; className?: string }) {
  const speed = useCell(player.speed);
  return (
    <div role="group" aria-label="Speed" className={clsx('flex h-7 rounded-md border bg-muted p-0.5', className)}>
      {speeds.map((one) => (
        <button
          key={one}
          type="button"
          aria-pressed={speed === one}
          onClick={() => player.speed.set(one)}
          className={clsx(
            'min-w-8 rounded-sm px-1.5 text-xs',
            speed === one ? 'border bg-card font-medium' : 'text-foreground-2 hover:text-foreground',
          )}
        >
          {one}×
        </button>
      ))}
    </div>
  );
}

const barStep = 5;
const height = 36;

function Histogram({ recording, version, player, from, to }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const time = useCell(player.time);
  const count = Math.max(1, Math.floor(width / barStep));
  const buckets = useMemo(() => {
    const { asked, failed } = recording.marks();
    return histogramOf(from, to, count, { messages: recording.said.map(({ at }) => at), questions: asked, failures: failed });
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [recording, version, from, to, count]);
  // By the root: one message beside a thousand is still seen.
  const highest = Math.max(3, ...buckets.map(({ messages }) => messages));
  const x = to > from ? (((time ?? to) - from) / (to - from)) * width : width;
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
                <rect x={left + 2} y={0} width={1.5} height={height} className={failures > 0 ? 'fill-bad-solid' : 'fill-person-solid'} />
              )}
            </g>
          );
        })}
        <rect x={Math.max(0, Math.min(width - 2, x - 1))} y={0} width={2} height={height} className="fill-accent" />
      </svg>
    </div>
  );
}

import clsx from 'clsx';
import { useMemo, useRef } from 'react';
import { useCell } from '../live/store.ts';
import { usePerson } from '../parts/people.ts';
import { Tile } from '../parts/tile.tsx';
import { clock, clockSeconds, span } from '../parts/times.ts';
import { useSize } from '../parts/width.ts';
import { LanesCanvas } from './lanes-canvas.tsx';
import { LanesSvg } from './lanes-svg.tsx';
import { others, wordOf, type Arrow, type Bar } from './lanes.ts';
import type { Player } from './player.ts';
import type { Recording } from './recording.ts';
import { Scale, type Stretch } from './timeline.ts';
import { useLanesScroll } from './zoom.ts';

const labels = 132;
const top = 46;
const lowest = 52;
const highest = 86;
/** Half the width of the widest label of a time. */
const halfTick = 36;
/** From so many marks on, they are drawn on a canvas. */
const canvasFrom = 2000;
/** Wider ones would not be drawn by every browser. */
const widestCanvas = 8000;

interface Props {
  recording: Recording;
  player: Player;
  stretches: readonly Stretch[];
  lanes: readonly string[];
  bars: readonly Bar[];
  arrows: readonly Arrow[];
  shown: number;
  /** How many times as wide as its box it is drawn. */
  zoom: number;
}

/** What is drawn, and where. */
export interface Drawing {
  readonly scale: Scale;
  readonly width: number;
  readonly height: number;
  readonly laneHeight: number;
  readonly laneOf: ReadonlyMap<string, number>;
  readonly bars: readonly Bar[];
  readonly arrows: readonly Arrow[];
}

/** A lane for each agent: what it did as bars, what was said as arrows from the sender's lane to the readers'. What is still to come is pale. */
export function Lanes({ recording, player, stretches, lanes, bars, arrows, shown, zoom }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const { width, height } = useSize(box);
  const isMany = bars.length + arrows.length > canvasFrom;
  const room = Math.max(0, width - labels - 16);
  const inner = Math.round(isMany ? Math.max(room, Math.min(widestCanvas, room * zoom)) : room * zoom);
  const laneHeight = Math.max(lowest, Math.min(highest, Math.floor((height - top) / Math.max(1, lanes.length))));
  const scale = useMemo(() => new Scale(stretches, 0, inner), [stretches, inner]);
  const drawing: Drawing = useMemo(
    () => ({
      scale,
      width: inner,
      height: laneHeight * lanes.length,
      laneHeight,
      laneOf: new Map(lanes.map((id, index) => [id, index])),
      bars,
      arrows,
    }),
    [scale, inner, laneHeight, lanes, bars, arrows],
  );
  // One at the very end would stand half outside.
  const ticks = useMemo(() => scale.ticks(72).filter((tick) => scale.x(tick) < inner - halfTick), [scale, inner]);
  const isClose = ticks.some((tick, index) => index > 0 && tick - ticks[index - 1]! < 60_000);
  useLanesScroll(box, player, scale, inner, labels);
  const time = player.time.get() ?? player.to;
  return (
    <div
      ref={box}
      className={clsx('relative min-h-0 min-w-0 flex-1 overflow-y-auto max-md:hidden', zoom > 1 ? 'overflow-x-auto' : 'overflow-x-hidden')}
      tabIndex={0}
      role="region"
      aria-label="Lanes"
    >
      <div className="sticky top-0 z-20 border-b bg-card" style={{ height: top, width: inner > room ? inner + labels + 16 : undefined }}>
        <div className="sticky left-0 z-10 bg-card" style={{ height: top - 1, width: labels }} />
        {inner > 0 && (
          <div className="absolute inset-y-0" style={{ left: labels, width: inner }}>
            <Phases recording={recording} scale={scale} to={player.to} />
            {ticks.map((tick) => (
              <span
                key={tick}
                className="absolute bottom-1 -translate-x-1/2 whitespace-nowrap text-2xs text-foreground-2"
                style={{ left: scale.x(tick) }}
              >
                {isClose ? clockSeconds(tick) : clock(tick)}
              </span>
            ))}
            <PlayLabel player={player} scale={scale} width={inner} />
          </div>
        )}
      </div>
      <div className="relative flex" style={{ height: drawing.height, width: inner > room ? inner + labels + 16 : undefined }}>
        <ul style={{ width: labels }} className="sticky left-0 z-10 shrink-0 bg-card">
          {lanes.map((id) => (
            <li key={id} className="flex items-center gap-2 border-b pl-4" style={{ height: laneHeight }}>
              <LaneLabel id={id} {...wordOf(recording, id, shown, bars, time)} />
            </li>
          ))}
        </ul>
        {inner > 0 && (
          <div className="relative" style={{ width: inner }}>
            {stretches
              .filter(({ isSilent }) => isSilent)
              .map(({ from, to }) => (
                <Silence
                  key={from}
                  left={scale.x(from)}
                  width={scale.x(to) - scale.x(from)}
                  text={`${span(to - from)} without a message`}
                />
              ))}
            {isMany ? <LanesCanvas drawing={drawing} /> : <LanesSvg drawing={drawing} onOpen={(seq) => player.go(seq)} />}
            <PlayHead player={player} scale={scale} drawing={drawing} />
          </div>
        )}
      </div>
    </div>
  );
}

const tones = { working: 'text-busy', asks: 'text-person', blocked: 'text-foreground-2', idle: 'text-foreground-2' };

function LaneLabel({ id, word, look }: { id: string; word: string; look: keyof typeof tones | undefined }) {
  const person = usePerson(id === others ? null : id);
  if (id === others) return <span className="text-foreground-2">all others</span>;
  return (
    <>
      <Tile person={person} size={28} />
      <span className="min-w-0">
        <span className="said block truncate font-medium leading-tight">{person.name}</span>
        <span className={`block truncate text-2xs ${look ? tones[look] : ''}`}>{word}</span>
      </span>
    </>
  );
}

function Silence({ left, width, text }: { left: number; width: number; text: string }) {
  return (
    <div
      className="absolute inset-y-0 flex items-center justify-center overflow-hidden text-2xs text-foreground-2 [background-image:repeating-linear-gradient(135deg,var(--border)_0_1px,transparent_1px_5px)]"
      style={{ left, width }}
    >
      {width > 14 && <span className="whitespace-nowrap bg-card px-0 py-1.5 [writing-mode:vertical-rl] rotate-180">{text}</span>}
    </div>
  );
}

/** The phases that an execution reported, above the times. */
function Phases({ recording, scale, to }: { recording: Recording; scale: Scale; to: number }) {
  const phases: { name: string; from: number; to: number; progress: number }[] = [];
  for (const id of recording.executions.ids)
    for (const { at, item } of recording.executions.of(id)) {
      const last = phases.at(-1);
      if (last) last.to = at;
      if (!item?.current_phase || item.ended_at) continue;
      if (last?.name === item.current_phase && last.to === at) last.progress = item.progress;
      else phases.push({ name: item.current_phase, from: at, to, progress: item.progress });
    }
  const end = phases.at(-1);
  if (end && ![...recording.executions.ids].some((id) => recording.executions.of(id).at(-1)?.item?.ended_at)) end.to = to;
  return phases.map(({ name, from, to, progress }, index) => {
    const left = scale.x(from);
    const width = scale.x(to) - left - 2;
    if (width < 4) return null;
    return (
      <span
        key={from}
        title={`${name}, ${progress} %`}
        className={`absolute top-1.5 h-[18px] truncate rounded-sm px-1.5 text-2xs/[18px] ${index === phases.length - 1 ? 'bg-busy-soft text-busy' : 'bg-secondary text-foreground-2'}`}
        style={{ left, width }}
      >
        {width > 40 && `${name} ${progress} %`}
      </span>
    );
  });
}

function PlayLabel({ player, scale, width }: { player: Player; scale: Scale; width: number }) {
  const time = useCell(player.time);
  if (time === null) return null;
  const x = Math.min(width - 28, Math.max(28, scale.x(time)));
  return (
    <span className="absolute bottom-0.5 -translate-x-1/2 rounded-sm bg-accent px-1.5 text-2xs font-medium text-card" style={{ left: x }}>
      {clockSeconds(time)}
    </span>
  );
}

function PlayHead({ player, scale, drawing }: { player: Player; scale: Scale; drawing: Drawing }) {
  const time = useCell(player.time);
  if (time === null) return null;
  const x = scale.x(time);
  return (
    <>
      <div
        aria-hidden="true"
        className="pointer-events-none absolute inset-y-0 bg-card opacity-75"
        style={{ left: x, width: Math.max(0, drawing.width - x) }}
      />
      <div aria-hidden="true" className="pointer-events-none absolute inset-y-0 w-0.5 bg-accent" style={{ left: x - 1 }} />
    </>
  );
}

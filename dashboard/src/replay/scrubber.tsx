import clsx from 'clsx';
import { Pause, Play, SkipBack, SkipForward, StepBack, StepForward, ZoomIn, ZoomOut } from 'lucide-react';
import { useCell } from '../live/store.ts';
import { clock, clockSeconds } from '../parts/times.ts';
import { IconButton } from '../ui/button.tsx';
import { icon } from '../ui/icon.ts';
import { HistogramSlider } from './histogram-slider.tsx';
import { speeds, type Player } from './player.ts';
import type { Recording } from './recording.ts';
import type { Part } from './use-recording.ts';
import { zoomBy, zooms } from './zoom.ts';

interface Props {
  part: Part;
  recording: Recording;
  version: number;
  player: Player;
  from: number;
  to: number;
  isCut: boolean;
  zoom: number;
  onZoom: (zoom: number) => void;
  isFolded: boolean;
  onFold: (isOn: boolean) => void;
}

/** The whole run at a glance, and what plays it. */
export function Scrubber(props: Props) {
  const { player, from, to, zoom, onZoom, isFolded, onFold } = props;
  return (
    <footer className="shrink-0 border-t px-4 pb-2.5 pt-2.5">
      <HistogramSlider {...props} />
      <div className="mt-2 flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <Clock player={player} from={from} to={to} />
        <Transport player={player} />
        <div className="flex items-center gap-4">
          <Speeds player={player} className="md:hidden" />
          <div role="group" aria-label="Zoom" className="flex items-center max-md:hidden">
            <IconButton label="Zoom out (−)" disabled={zoom === 1} onClick={() => onZoom(zoomBy(zoom, -1))}>
              <ZoomOut {...icon} />
            </IconButton>
            <span className="min-w-8 text-center text-xs text-foreground-2">{zoom}×</span>
            <IconButton label="Zoom in (+)" disabled={zoom === zooms.at(-1)} onClick={() => onZoom(zoomBy(zoom, 1))}>
              <ZoomIn {...icon} />
            </IconButton>
          </div>
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

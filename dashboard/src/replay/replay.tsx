import { Film } from 'lucide-react';
import { useEffect, useMemo, type ReactNode } from 'react';
import { useKeys } from '../app/keys.ts';
import { useAddressQuery } from '../app/query.ts';
import { useNow } from '../live/clock.ts';
import { useLive } from '../live/live.ts';
import { useCell, useThings } from '../live/store.ts';
import { number } from '../parts/times.ts';
import { Empty } from '../ui/empty.tsx';
import { icon } from '../ui/icon.ts';
import { Problem } from '../ui/problem.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { Board } from './board.tsx';
import { arrowsOf, barsOf, lanesOf, peopleIn } from './lanes.ts';
import { Lanes } from './lanes-view.tsx';
import { MomentBar } from './moment-bar.tsx';
import { Player, speeds } from './player.ts';
import { SaidList } from './said-list.tsx';
import { Scrubber } from './scrubber.tsx';
import { stretchesOf } from './timeline.ts';
import { most, useRecording, type Part } from './use-recording.ts';
import { zoomBy, zoomOf } from './zoom.ts';

interface Props {
  part: Part;
  /** When it ended; null while it goes on. */
  endedAt: number | null;
  /** When it began; absent if that is when the first entry came. */
  begunAt?: number | undefined;
  /** The head of the page, with what it is told to show on its right. */
  head: (player: Player) => ReactNode;
}

/** A part of the log, played again: who said what to whom, who worked, and how the board stood at each moment. */
export function Replay({ part, endedAt, begunAt, head }: Props) {
  const [query, change] = useAddressQuery();
  const { recording, version, isLoaded, isCut, isPruned, error, retry } = useRecording(part);
  const now = useNow();
  const player = useMemo(() => new Player(recording), [recording]);
  const place = useCell(player.place);
  const isFolded = query['fold'] !== 'off';
  const zoom = zoomOf(query['zoom']);
  const setZoom = (next: number) => change({ zoom: next === 1 ? undefined : String(next) }, true);
  const { squads, agents } = useLive();
  const groups = useThings(squads);
  const everyone = useThings(agents);

  const from = Math.min(part.from ?? begunAt ?? Infinity, recording.said[0]?.at ?? recording.first ?? now);
  const to = Math.max(from, endedAt ?? part.until ?? now, recording.last ?? 0);
  // Everything that follows is of the recording as it is now: `version` says that it has grown.
  const { lanes, laneOf } = useMemo(() => {
    const isPerson = (id: string) => id === 'human' || agents.get(id)?.type === 'human';
    return lanesOf(peopleIn(recording.said, isPerson));
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [recording, version, agents]);
  const stretches = useMemo(
    () =>
      stretchesOf(
        from,
        to,
        recording.said.map(({ at }) => at),
        isFolded,
      ),
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [recording, version, from, to, isFolded],
  );
  player.stretches = stretches;
  player.isOver = endedAt !== null;
  const bars = useMemo(() => barsOf(recording, lanes, to), [recording, version, lanes, to]);
  const arrows = useMemo(() => {
    const members = new Map(groups.map(({ squad_id, members }) => [`squad:${squad_id}`, members.map(({ agent_id }) => agent_id ?? '')]));
    const of = (address: string): readonly string[] => {
      if (address === '*') return lanes;
      const [kind, name] = [address.slice(0, address.indexOf(':')), address.slice(address.indexOf(':') + 1)];
      if (kind === 'role') return everyone.filter(({ role }) => role === name).map(({ agent_id }) => agent_id);
      if (kind === 'capability') return everyone.filter(({ capabilities }) => capabilities.includes(name)).map(({ agent_id }) => agent_id);
      return members.get(address) ?? [];
    };
    return arrowsOf(recording.said, laneOf, of);
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [recording, version, laneOf, lanes, groups, everyone]);
  const shown = place ?? recording.lastSeq;
  const moment = useMemo(() => recording.at(shown), [recording, version, shown]);

  usePlaying(player);
  useAddress(player, query, change, isLoaded);
  useKeys({
    Space: () => player.toggle(),
    ArrowRight: () => player.step(1),
    ArrowLeft: () => player.step(-1),
    'Shift+ArrowRight': () => player.minutes(1),
    'Shift+ArrowLeft': () => player.minutes(-1),
    ',': () => player.faster(-1),
    '.': () => player.faster(1),
    '+': () => setZoom(zoomBy(zoom, 1)),
    '=': () => setZoom(zoomBy(zoom, 1)),
    '-': () => setZoom(zoomBy(zoom, -1)),
    Home: () => player.start(),
    End: () => player.live(),
  });

  return (
    <>
      {head(player)}
      <main id="main" className="flex min-h-0 flex-1 flex-col bg-card" aria-label="Replay">
        {error !== undefined && recording.size === 0 ? (
          <Problem error={error} onRetry={retry} />
        ) : !isLoaded && recording.said.length === 0 ? (
          <Skeleton rows={8} />
        ) : recording.said.length === 0 ? (
          <Empty icon={<Film {...icon} size={24} />} title="Nothing was said">
            {endedAt === null && part.until === undefined
              ? 'As soon as somebody speaks, it appears here.'
              : 'No message of this time is in the log.'}
          </Empty>
        ) : (
          <>
            <MomentBar player={player} />
            {(isCut || isPruned) && (
              <p className="border-b px-4 py-1 text-xs text-foreground-2">
                {isCut
                  ? `These are the first ${number(most)} entries; what came later is not shown.`
                  : 'What is older than the retention is no longer in the log.'}
              </p>
            )}
            <div className="flex min-h-0 flex-1">
              <Lanes
                recording={recording}
                player={player}
                stretches={stretches}
                lanes={lanes}
                bars={bars}
                arrows={arrows}
                shown={shown}
                zoom={zoom}
              />
              <div className="flex min-h-0 w-full flex-col border-l md:max-lg:hidden lg:w-[300px] lg:shrink-0 xl:w-[350px]">
                <SaidList recording={recording} player={player} shown={shown} version={version} />
                <Board moment={moment} player={player} />
              </div>
            </div>
            <Scrubber
              part={part}
              recording={recording}
              version={version}
              player={player}
              from={from}
              to={to}
              isCut={isCut}
              isFolded={isFolded}
              zoom={zoom}
              onZoom={setZoom}
              onFold={(isOn) => change({ fold: isOn ? undefined : 'off' })}
            />
          </>
        )}
      </main>
    </>
  );
}

/** The clock that plays, as long as something plays. */
function usePlaying(player: Player): void {
  const isPlaying = useCell(player.isPlaying);
  useEffect(() => {
    if (!isPlaying) return;
    let last = performance.now();
    let frame = requestAnimationFrame(function next(at) {
      player.tick(Math.min(1000, Math.max(0, at - last)));
      last = at;
      frame = requestAnimationFrame(next);
    });
    return () => cancelAnimationFrame(frame);
  }, [player, isPlaying]);
}

type Change = ReturnType<typeof useAddressQuery>[1];

/** The moment and the speed are in the address, so that they can be sent to somebody. */
function useAddress(player: Player, query: Readonly<Record<string, string | undefined>>, change: Change, isLoaded: boolean): void {
  const at = query['at'];
  const speed = Number(query['speed']);
  const speedNow = useCell(player.speed);
  useEffect(() => {
    player.onRest = (place) => change({ at: place === null ? undefined : String(place) }, true);
  }, [player, change]);
  useEffect(() => {
    if ((speeds as readonly number[]).includes(speed)) player.speed.set(speed);
  }, [player, speed]);
  useEffect(() => {
    const isDefault = speedNow === 5;
    if (Number.isNaN(speed) ? !isDefault : speed !== speedNow) change({ speed: isDefault ? undefined : String(speedNow) }, true);
    // Only a change of the player's own.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [speedNow]);
  useEffect(() => {
    if (!isLoaded || player.isPlaying.get()) return;
    const place = at !== undefined && /^\d+$/.test(at) ? Number(at) : null;
    if (place !== player.place.get()) player.show(place);
  }, [player, at, isLoaded]);
}

import { useParams } from '@tanstack/react-router';
import clsx from 'clsx';
import { Check, CircleHelp } from 'lucide-react';
import { useEffect, useMemo } from 'react';
import { useKeys } from '../app/keys.ts';
import { ProjectLink } from '../app/link.tsx';
import { PageHead } from '../app/page.tsx';
import { useGo } from '../app/query.ts';
import { useNow } from '../live/clock.ts';
import { useLive } from '../live/live.ts';
import { useThing, useThings } from '../live/store.ts';
import type { Question } from '../live/types.ts';
import { Ago, At, Left } from '../parts/ago.tsx';
import { useOpenQuestions } from '../parts/attention.ts';
import { useNames, usePerson } from '../parts/people.ts';
import { CheckRing } from '../parts/ring.tsx';
import { firstLine } from '../parts/text/parse.ts';
import { Tile } from '../parts/tile.tsx';
import { number, span } from '../parts/times.ts';
import { Command, Empty } from '../ui/empty.tsx';
import { icon, smallIcon } from '../ui/icon.ts';
import { Skeleton } from '../ui/skeleton.tsx';
import { NotifySwitch } from '../notify/notify.tsx';
import { AnswerBar } from './answer-bar.tsx';
import { partsOf } from './answering.ts';
import { QuestionAbout } from './question-about.tsx';
import { QuestionView } from './question-view.tsx';

/** What agents ask people: the list, the question itself, and what hangs on it. */
export default function QuestionsPage() {
  const { id } = useParams({ strict: false }) as { id?: string };
  const { questions } = useLive();
  const all = useThings(questions);
  const open = useOpenQuestions();
  const ended = useMemo(
    () =>
      all
        .filter(({ status }) => status !== 'open')
        .sort((a, b) => (b.answered_at ?? b.created_at).localeCompare(a.answered_at ?? a.created_at)),
    [all],
  );
  const go = useGo();
  const listed = useMemo(() => [...open, ...ended], [open, ended]);
  // On a wide window, the first one is open.
  useEffect(() => {
    if (!id && listed[0] && window.innerWidth >= 1024) go(`questions/${listed[0].question_id}`);
  }, [id, listed, go]);
  const move = (by: number) => {
    const current = listed.findIndex(({ question_id }) => question_id === id);
    const next = listed[Math.min(listed.length - 1, Math.max(0, current + by))];
    if (next) go(`questions/${next.question_id}`);
  };
  useKeys({ j: () => move(1), k: () => move(-1) });
  const question = useThing(questions, id);
  const answeredToday = ended.filter(
    ({ answered_at }) => answered_at && new Date(answered_at).toDateString() === new Date().toDateString(),
  );

  return (
    <>
      <PageHead
        name="Questions"
        count={`${number(open.length)} open, ${number(answeredToday.length)} answered today`}
        {...(id ? { back: 'questions' } : {})}
      >
        <Average questions={answeredToday} />
        <NotifySwitch words="Tell me elsewhere" />
      </PageHead>
      <div className="flex min-h-0 flex-1">
        <nav
          aria-label="Questions"
          className={clsx(
            'min-h-0 overflow-y-auto border-r bg-background p-1.5 lg:block lg:w-[340px] lg:shrink-0',
            id ? 'hidden' : 'w-full',
          )}
        >
          {!questions.isLoaded && <Skeleton />}
          <ul>
            {open.map((one) => (
              <OpenRow key={one.question_id} question={one} isCurrent={one.question_id === id} />
            ))}
          </ul>
          {ended.length > 0 && <h2 className="px-2.5 pb-1 pt-4 text-xs">Answered</h2>}
          <ul>
            {ended.map((one) => (
              <EndedRow key={one.question_id} question={one} isCurrent={one.question_id === id} />
            ))}
          </ul>
        </nav>
        <main id="main" className={clsx('min-h-0 min-w-0 flex-1 overflow-y-auto bg-card', !id && 'hidden lg:block')}>
          {question ? (
            <QuestionView key={question.question_id} question={question} />
          ) : (
            questions.isLoaded && <Nothing isGone={!!id} hasAny={listed.length > 0} />
          )}
        </main>
        {question && <QuestionAbout question={question} />}
      </div>
      <AnswerBar />
    </>
  );
}

function Nothing({ isGone, hasAny }: { isGone: boolean; hasAny: boolean }) {
  if (isGone) return <Empty icon={<CircleHelp {...icon} size={24} />} title="There is no such question" />;
  if (hasAny) return null;
  return (
    <Empty icon={<CircleHelp {...icon} size={24} />} title="Nobody has asked anything">
      An agent that needs a person’s decision asks here, and goes on when you answer.
      <Command>parley ask "Ship it today?" --option yes --option no</Command>
    </Empty>
  );
}

function Average({ questions }: { questions: readonly Question[] }) {
  const byPeople = questions.filter(({ status, answered_at }) => status === 'answered' && answered_at);
  if (byPeople.length === 0) return null;
  const sum = byPeople.reduce((total, { created_at, answered_at }) => total + Date.parse(answered_at!) - Date.parse(created_at), 0);
  // Answered by a program, then.
  if (sum < 1000 * byPeople.length) return null;
  return <span className="text-xs text-foreground-2 max-md:hidden">answered in {span(sum / byPeople.length)} on average</span>;
}

/** How much of the time is left: a dial, full at the beginning. */
export function Dial({ question, size = 18 }: { question: Question; size?: number }) {
  const now = useNow();
  if (!question.deadline) return <CheckRing share={1} size={size} label="No deadline" tone="stroke-control" />;
  const [from, to] = [Date.parse(question.created_at), Date.parse(question.deadline)];
  const isNear = to - now < 15 * 60_000;
  return (
    <CheckRing
      share={(to - now) / (to - from)}
      size={size}
      label={to > now ? `${span(to - now)} left` : 'Past its deadline'}
      tone={isNear ? 'stroke-person-solid' : 'stroke-control'}
      width={size > 20 ? 3 : 2.5}
    />
  );
}

function OpenRow({ question, isCurrent }: { question: Question; isCurrent: boolean }) {
  const person = usePerson(question.agent_id);
  return (
    <li>
      <ProjectLink
        to={`questions/${question.question_id}`}
        className={clsx(
          'flex gap-3 rounded-lg border px-2.5 py-2',
          isCurrent ? 'border-border-strong bg-card' : 'border-transparent hover:bg-muted',
        )}
      >
        <span className="pt-1">
          <Dial question={question} />
        </span>
        <span className="min-w-0 flex-1">
          <span className="flex items-center gap-2">
            <Tile person={person} size={18} />
            <span className="said truncate">{person.name}</span>
            <span className="flex-1" />
            <Ago time={question.created_at} className="text-xs text-foreground-2" />
          </span>
          <span className="said lines-2 mt-0.5 font-medium" dir="auto">
            {firstLine(partsOf(question).asked, 200)}
          </span>
          <span className="text-xs text-foreground-2">{question.deadline ? <Left time={question.deadline} /> : 'no deadline'}</span>
        </span>
      </ProjectLink>
    </li>
  );
}

function EndedRow({ question, isCurrent }: { question: Question; isCurrent: boolean }) {
  const person = usePerson(question.agent_id);
  return (
    <li>
      <ProjectLink
        to={`questions/${question.question_id}`}
        className={clsx(
          'block rounded-lg border px-2.5 py-1.5',
          isCurrent ? 'border-border-strong bg-card' : 'border-transparent hover:bg-muted',
        )}
      >
        <span className="flex items-center gap-2 text-foreground-2">
          <Tile person={person} size={16} />
          <span className="said truncate">{person.name}</span>
          <span className="flex-1" />
          <At time={question.answered_at ?? question.created_at} className="text-xs" />
        </span>
        <span className="said mt-0.5 block truncate" dir="auto">
          {firstLine(partsOf(question).asked, 200)}
        </span>
        <span className="flex items-center gap-1.5 text-xs text-foreground-2">
          <Outcome question={question} />
        </span>
      </ProjectLink>
    </li>
  );
}

/** How a question ended: by whom, or by default. */
export function Outcome({ question }: { question: Question }) {
  const names = useNames();
  const { status, answer, answered_by, options, created_at, answered_at } = question;
  const label = options.find(({ value }) => value === answer)?.label ?? answer;
  if (status === 'expired') return 'nobody answered in time';
  if (status === 'withdrawn') return 'withdrawn by who asked';
  const took = answered_at ? span(Date.parse(answered_at) - Date.parse(created_at)) : '';
  return (
    <>
      <Check {...smallIcon} className="shrink-0" />
      <span className="said truncate font-medium text-foreground">{label && firstLine(label, 80)}</span>
      <span className="shrink-0">
        {status === 'defaulted'
          ? `by default, after ${took}`
          : `by ${answered_by && answered_by !== 'human' ? names(answered_by) : 'an operator'}`}
      </span>
    </>
  );
}

import {
  ChartNoAxesColumn,
  CircleHelp,
  Database,
  Files,
  MailX,
  MessagesSquare,
  Play,
  Rows3,
  SquareKanban,
  UsersRound,
  Waypoints,
  Zap,
  type LucideIcon,
} from 'lucide-react';

export type Badge = 'problems' | 'questions' | 'dead';

export interface Page {
  readonly name: string;
  /** Under /p/{project}. */
  readonly path: string;
  /** After G. */
  readonly key: string;
  readonly icon: LucideIcon;
  readonly group: '' | 'Talk' | 'Work' | 'Care';
  readonly badge?: Badge;
}

/** The places of a project, in the order of the side bar. */
export const pages: readonly Page[] = [
  { name: 'Now', path: 'now', key: 'n', icon: Zap, group: '', badge: 'problems' },
  { name: 'Questions', path: 'questions', key: 'q', icon: CircleHelp, group: '', badge: 'questions' },
  { name: 'Messages', path: 'messages', key: 'm', icon: Rows3, group: 'Talk' },
  { name: 'Threads', path: 'threads', key: 't', icon: MessagesSquare, group: 'Talk' },
  { name: 'Who talks', path: 'map', key: 'w', icon: Waypoints, group: 'Talk' },
  { name: 'Fleet', path: 'fleet', key: 'f', icon: UsersRound, group: 'Work' },
  { name: 'Tasks', path: 'tasks', key: 'k', icon: SquareKanban, group: 'Work' },
  { name: 'Executions', path: 'executions', key: 'e', icon: Play, group: 'Work' },
  { name: 'Memory', path: 'memory', key: 'y', icon: Database, group: 'Work' },
  { name: 'Held files', path: 'fleet/files', key: 'h', icon: Files, group: 'Work' },
  { name: 'Dead letters', path: 'dead-letters', key: 'd', icon: MailX, group: 'Care', badge: 'dead' },
  { name: 'Analytics', path: 'analytics', key: 'a', icon: ChartNoAxesColumn, group: 'Care' },
];

/** Those at the bottom of a phone. */
export const tabs = ['now', 'questions', 'messages', 'fleet'];

using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Messages;
using Parley.Server.Projects;

namespace Parley.Server.Mailboxes;

internal static class DeliveryFilters
{
    /// <summary>Creates a filter from the wire's values. An unknown sender matches nothing; it is represented by a number that no agent
    /// has.</summary>
    internal static DeliveryFilter Of(
        ProjectState project, IReadOnlyList<string>? types, IReadOnlyList<Priority>? priorities, IReadOnlyList<string>? senders) => new(
        (types ?? []).ToHashSet(StringComparer.Ordinal),
        (priorities ?? []).ToHashSet(),
        (senders ?? []).Select(sender => sender == Sender.ServerId ? 0 : project.Agents.Find(sender)?.Number ?? -1).ToHashSet());
}

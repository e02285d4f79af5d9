using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Coordination;
using Parley.Server.Log;
using Parley.Server.Projects;
using Parley.Server.Wire;

namespace Parley.Server.Routing;

/// <summary>Resolves addresses to recipients.</summary>
internal sealed class Addressing(ISquadMembers squads, CapabilityRouter router, AgentDirectory directory, IClusterView cluster)
{
    private const string Squad = "squad:", Role = "role:", Capability = "capability:", Topic = "topic:";

    /// <summary>The recipients of a send. Each agent is included once, and a group never includes the sender.</summary>
    /// <param name="narrowing">The filters for <c>*</c>; null for none.</param>
    /// <param name="onlyLook">True if nothing is sent.</param>
    internal ValueTask<Result<Recipients>> ResolveAsync(
        ProjectState project, IReadOnlyList<string> to, Narrowing? narrowing, int sender, CancellationToken cancellationToken, bool onlyLook = false)
    {
        return Direct(project, to) is { } direct ? new(direct) : ResolveGroupsAsync(project, to, narrowing, sender, onlyLook, cancellationToken);
    }

    /// <summary>The capability that an address names; null for another address.</summary>
    internal static string? CapabilityIn(string address) =>
        address.StartsWith(Capability, StringComparison.Ordinal) ? address[Capability.Length..] : null;

    /// <summary>For a send that names a single agent, as nearly all do: found in memory, without awaiting anything. Null for any other
    /// send.</summary>
    internal static Recipients? Direct(ProjectState project, IReadOnlyList<string> to) =>
        to is [var only] && project.Agents.Find(only) is { } agent
            ? new Recipients([agent], Audience.Named, IsDirect: true, null, null)
            : null;

    private async ValueTask<Result<Recipients>> ResolveGroupsAsync(
        ProjectState project, IReadOnlyList<string> to, Narrowing? narrowing, int sender, bool onlyLook, CancellationToken cancellationToken)
    {
        var found = new Found { OnlyLook = onlyLook };
        foreach (var address in to)
        {
            if (await TryResolveAsync(project, narrowing, address, sender, found, cancellationToken))
                continue;
            // Another node may just have created what is unknown here.
            await cluster.CatchUpAsync(cancellationToken);
            if (!await TryResolveAsync(project, narrowing, address, sender, found, cancellationToken))
                return Refusal(project, address, sender);
        }

        var isDirect = to.Count == 1 && found.Agents.Count == 1 && (found.Capability is not null || found.Named);
        // A delivery may move between agents with a capability only if it was sent to that capability alone.
        var capability = to.Count == 1 ? found.Capability : null;
        return new Recipients(found.Agents, found.Audience, isDirect, capability, found.Routing);
    }

    /// <returns>Whether it leads to an agent, or to a group, which may be empty.</returns>
    private async ValueTask<bool> TryResolveAsync(
        ProjectState project, Narrowing? narrowing, string address, int sender, Found found, CancellationToken cancellationToken)
    {
        // A trace shows how each address was resolved, one per line: an address with a line break could add lines of its own.
        if (address.EndsWith(':') || address.Any(char.IsControl))
            return false;
        if (address == "*")
        {
            var everybody = AgentDirectory.Everybody(project).Where(agent => agent.Number != sender);
            if (narrowing is { } narrowed)
            {
                found.Add(await NarrowAsync(project, everybody, narrowed, cancellationToken), Audience.Group, $"* -> narrowed");
                return true;
            }

            found.Add(everybody, Audience.Everyone, null);
            return true;
        }

        if (address.StartsWith(Squad, StringComparison.Ordinal))
        {
            if (await squads.MembersAsync(project, address[Squad.Length..], cancellationToken) is not { } members)
                return false;
            found.Add(members.Where(member => member != sender).Select(project.Agents.Find).OfType<AgentState>(), Audience.Named, address);
            return true;
        }

        if (address.StartsWith(Role, StringComparison.Ordinal))
        {
            var role = address[Role.Length..];
            found.Add(AgentDirectory.Everybody(project).Where(agent => agent.Record.Role == role && agent.Number != sender), Audience.Named, address);
            return true;
        }

        if (address.StartsWith(Topic, StringComparison.Ordinal))
        {
            var topic = address[Topic.Length..];
            found.Add(
                AgentDirectory.Everybody(project).Where(agent => agent.Number != sender && agent.Record.Topics.Any(pattern => TopicPattern.Matches(pattern, topic))),
                Audience.Group, address);
            return true;
        }

        if (address.StartsWith(Capability, StringComparison.Ordinal))
        {
            var capability = address[Capability.Length..];
            if (await router.ChooseAsync(project, capability, sender, tried: [], cancellationToken, onlyLook: found.OnlyLook) is not { } chosen)
                return false;
            found.Capability = capability;
            found.Add([chosen], Audience.Named, address);
            return true;
        }

        var named = address != AgentDirectory.Human ? project.Agents.Find(address)
            : found.OnlyLook ? directory.HumanToLookAt(project)
            : await directory.HumanAsync(project, cancellationToken);
        if (named is not null)
        {
            found.Named = true;
            found.Add([named], Audience.Named, null);
            return true;
        }

        // People read and say names. An id with the same text takes precedence, so that no agent can take over what is sent to another.
        if (AgentsNamed(project, address) is not [var only])
            return false;
        found.Named = true;
        found.Add([only], Audience.Named, address);
        return true;
    }

    private static IReadOnlyList<AgentState> AgentsNamed(ProjectState project, string name) =>
        [.. AgentDirectory.Everybody(project).Where(agent => agent.Record.Name == name)];

    /// <summary>Why an address leads to nobody, and which address was probably meant. Anyone who may send may list agents and squads
    /// anyway.</summary>
    private ApiProblem Refusal(ProjectState project, string address, int sender)
    {
        var everybody = AgentDirectory.Everybody(project);
        if (address.StartsWith(Capability, StringComparison.Ordinal) && address.Length > Capability.Length)
        {
            var capability = address[Capability.Length..];
            var others = everybody.Where(agent => agent.Number != sender).SelectMany(agent => agent.Record.Capabilities).Distinct();
            return Problems.NoCapableAgent(capability, DidYouMean.To(capability, others));
        }

        if (address.StartsWith(Squad, StringComparison.Ordinal))
            return Problems.UnknownRecipient(address, DidYouMean.To(address[Squad.Length..], squads.IdsOf(project)) is { } squad ? Squad + squad : null);
        if (AgentsNamed(project, address) is { Count: > 1 } namesakes)
            return Problems.AmbiguousRecipient(address, [.. namesakes.Select(agent => agent.Id).Order(StringComparer.Ordinal)]);
        return Problems.UnknownRecipient(
            address, DidYouMean.To(address, [.. everybody.Select(agent => agent.Id), .. everybody.Select(agent => agent.Record.Name), AgentDirectory.Human]));
    }

    private async ValueTask<IEnumerable<AgentState>> NarrowAsync(
        ProjectState project, IEnumerable<AgentState> agents, Narrowing narrowed, CancellationToken cancellationToken)
    {
        IReadOnlyList<int>? members = null;
        if (narrowed.Squad is { } squad)
            members = await squads.MembersAsync(project, squad, cancellationToken) ?? [];
        return agents.Where(agent =>
            (narrowed.Capability is null || agent.Record.Capabilities.Contains(narrowed.Capability)) &&
            (narrowed.Role is null || agent.Record.Role == narrowed.Role) &&
            (narrowed.Type is null || agent.Record.Type == narrowed.Type) &&
            (narrowed.Status is null || agent.Presence.Status == narrowed.Status) &&
            (members is null || members.Contains(agent.Number)));
    }

    /// <summary>What the addresses have been resolved to so far.</summary>
    private sealed class Found
    {
        private readonly HashSet<int> _numbers = [];

        internal bool OnlyLook { get; init; }

        internal List<AgentState> Agents { get; } = [];

        /// <summary>The narrowest audience that covers all addresses. A named recipient can read the thread, so a single named address makes the
        /// audience "named".</summary>
        internal Audience Audience { get; private set; } = Audience.Operators;

        internal string? Capability { get; set; }

        internal bool Named { get; set; }

        internal string? Routing { get; private set; }

        internal void Add(IEnumerable<AgentState> agents, Audience audience, string? address)
        {
            var before = Agents.Count;
            foreach (var agent in agents)
            {
                if (_numbers.Add(agent.Number))
                    Agents.Add(agent);
            }

            // Everybody can read a message to '*', no matter who else it is addressed to.
            Audience = Audience == Audience.Operators || audience == Audience.Everyone ? audience
                : Audience == Audience.Everyone ? Audience
                : audience == Audience.Named ? Audience.Named : Audience;
            if (address is not null)
            {
                const int most = 100;
                var names = string.Join(", ", Agents.Skip(before).Take(most).Select(agent => agent.Id));
                Routing = $"{(Routing is null ? "" : Routing + "\n")}{address} -> {(names.Length > 0 ? names : "nobody")}";
            }
        }
    }
}

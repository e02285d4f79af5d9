using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.History;
using Parley.Server.Log;
using Parley.Server.Wire;

namespace Parley.Server.Storms;

/// <summary>The rules of storms: when replies are a storm, and how one goes on and ends.</summary>
internal static class StormRules
{
    /// <summary>The time in which agents may answer each other only so often.</summary>
    internal static TimeSpan Window { get; } = TimeSpan.FromSeconds(60);

    /// <summary>The most agents of a storm. A message to all of them has as many addresses.</summary>
    private const int MostAgents = 100;

    /// <summary>Counts how often agents have answered each other in a chain of replies, including the new reply. An agent that goes on after its own
    /// message answers nobody.</summary>
    /// <param name="sender">The sender of the new reply.</param>
    /// <param name="chain">What it answers, and what that answers, and so on.</param>
    /// <param name="since">Unix milliseconds. Replies of that time and before do not count.</param>
    /// <param name="enough">The count ends here.</param>
    internal static Loop Count(int sender, IReadOnlyList<ReplyLink> chain, long since, int enough)
    {
        var (answers, links, author) = (0, 0, sender);
        foreach (var link in chain)
        {
            links++;
            if (author != link.Sender)
                answers++;
            if (answers >= enough || !link.GoesOn(since))
                break;
            author = link.Sender;
        }

        return new Loop(answers, links);
    }

    /// <summary>Opens a storm, or adds a reply to the open one of its thread.</summary>
    internal static Decision<Storm> Open(Storm? present, Storm found)
    {
        if (present is null)
            return Decision<Storm>.Put(found with { Agents = [.. found.Agents.Take(MostAgents)] }, StormKind.StartedType);
        var agents = present.Agents.Union(found.Agents, StringComparer.Ordinal).Take(MostAgents).ToList();
        if (agents.Count == present.Agents.Count && found.HoldsUpTo <= present.HoldsUpTo)
            return Decision<Storm>.Keep;
        return Decision<Storm>.Put(
            present with { Agents = agents, LastMessages = found.LastMessages, HoldsUpTo = Math.Max(present.HoldsUpTo, found.HoldsUpTo) }, StormKind.UpdatedType);
    }

    /// <summary>Notes how many replies it holds.</summary>
    internal static Decision<Storm> Hold(Storm present, int held) =>
        present.Held == held ? Decision<Storm>.Keep : Decision<Storm>.Put(present with { Held = held }, StormKind.UpdatedType);

    /// <summary>Ends a storm. To end it again in the same way changes nothing.</summary>
    /// <param name="held">How many replies it holds, which the end is about to release or withdraw.</param>
    internal static Decision<Storm> End(Storm present, StormStatus status, string by, int held)
    {
        if (present.Status == status)
            return Decision<Storm>.Keep;
        if (present.Status != StormStatus.Open)
            return Decision<Storm>.Refuse(Problems.Conflict($"The storm '{present.StormId}' is already {WireType.WordOf(present.Status)}."));
        return Decision<Storm>.Put(
            present with { Status = status, DecidedBy = by, Held = held }, status == StormStatus.Released ? StormKind.ReleasedType : StormKind.CancelledType);
    }

    internal static ApiProblem NotFound(string id) => Problems.NotFound("storm", id);

    internal static ApiProblem? Check(StormRelease release) =>
        new Validation().Check(release.Message is not "", "message", "must not be empty; leave it out to send none").Problem;

    /// <summary>The seq of a message.</summary>
    internal static long SeqOf(StormMessage message) => Guid.TryParse(message.MessageId, out var id) ? EntryId.SeqOf(id) : 0;
}

/// <summary>How often agents have answered each other.</summary>
/// <param name="Answers">Including the new reply.</param>
/// <param name="Links">How many messages of the chain this took.</param>
internal readonly record struct Loop(int Answers, int Links);

using Parley.Client;
using Parley.Protocol;

namespace Parley.Cli.Demo;

/// <summary>Two that answer each other without end.</summary>
internal static class DemoStorm
{
    /// <summary>Lets two actors reply to each other in turn until the server holds a reply.</summary>
    /// <param name="first">Begins.</param>
    /// <param name="limit">The project's <c>loop_limit</c>. They stop soon after that many, even if nothing is held.</param>
    /// <param name="message">What is sent, by its number from 0 on. Addresses and replies are filled in.</param>
    /// <param name="sent">Called for each that was sent.</param>
    /// <param name="stubborn">How many more they send after that, each to what it last heard of the other.</param>
    /// <returns>How many were sent, with the first that was held.</returns>
    public static async Task<int> RageAsync(
        DemoMember first, DemoMember second, int limit, Func<int, SendRequest> message, Func<SendAnswer, int, Task>? sent, CancellationToken cancellation, int stubborn = 0)
    {
        var (from, to, replyTo, number) = (first, second, (string?)null, 0);
        for (var held = false; !held && number <= limit + 1; number++)
        {
            var answer = await from.Agent.SendAsync(message(number) with { To = [to.Actor.AgentId], ReplyTo = replyTo }, cancellation);
            held = answer.Deliveries.Any(delivery => delivery.Outlook == Outlook.Held);
            if (sent is not null)
                await sent(answer, number);
            if (held)
                break;
            (replyTo, from, to) = (answer.MessageId, to, from);
        }

        // The other one hears nothing any more, so only the one that was held goes on.
        for (var more = 1; more <= stubborn; more++)
            await from.Agent.SendAsync(message(number + (2 * more)) with { To = [to.Actor.AgentId], ReplyTo = replyTo }, cancellation);
        return number + 1;
    }
}

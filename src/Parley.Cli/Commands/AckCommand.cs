using System.CommandLine;
using Parley.Cli.CommandLine;
using Parley.Client;
using Parley.Protocol;

namespace Parley.Cli.Commands;

/// <summary><c>parley ack ID...</c></summary>
internal static class AckCommand
{
    // Long enough for one call, so short that a token forgotten by a crash opens nothing for long.
    private static readonly TimeSpan Errand = TimeSpan.FromMinutes(1);

    public static Command Create()
    {
        var ids = new Argument<string[]>("id") { Description = "Messages to acknowledge.", Arity = ArgumentArity.OneOrMore };

        return new CliCommand("ack",
            "Acknowledges messages of your inbox (of the agent of --as, else of the operators): they are not delivered again. Twice does no harm.",
            "parley ack 0199e1c2-7d3f-7a51-9c0e-3b1f5d2a4e60",
            "parley inbox --as be-1 --json | jq -r '.items[].message.message_id' | xargs parley ack --as be-1")
        {
            ids,
        }.Does(async call =>
        {
            var items = call.Arguments.GetRequiredValue(ids).Select(id => new AckItem { MessageId = id }).ToArray();
            var results = call.ActingAs is { } agent ? await SettleAsAsync(agent, call, items) : await SettleAsync(call.Api, call, items);
            if (call.Terminal.Json)
                call.Terminal.WriteJson(new ItemResults { Items = results }, WireJson.Lenient.ItemResults);
            else
                call.Terminal.WriteLine(items.Length == 1 ? "Acknowledged." : $"Acknowledged {items.Length}.");
            return ExitCode.Done;
        });
    }

    /// <summary>Acknowledges all of them; the first that is refused is the command's failure, told after the others are done.</summary>
    public static async Task<IReadOnlyList<ItemResult>> SettleAsync(ParleyApi api, Call call, IReadOnlyList<AckItem> items)
    {
        var results = await api.Messages.AckManyAsync(items, call.Cancellation);
        var refused = items.Zip(results).Where(pair => pair.Second.Problem is not null).ToArray();
        foreach (var (item, result) in refused)
            call.Terminal.Note($"{item.MessageId}: {result.Problem!.Detail ?? result.Problem.Title}");
        return refused.Length == 0 ? results : throw new ParleyException(refused[0].Second.Problem!);
    }

    // Without a lease only an agent itself can settle its delivery, so an admin borrows its voice for one call.
    private static async Task<IReadOnlyList<ItemResult>> SettleAsAsync(string agent, Call call, IReadOnlyList<AckItem> items)
    {
        BorrowedToken borrowed;
        try
        {
            borrowed = await BorrowedToken.TakeAsync(call.Api, agent, call.Time.GetUtcNow() + Errand, call.Cancellation);
        }
        catch (ParleyException forbidden) when (forbidden.Code == ErrorCodes.Forbidden)
        {
            // The token in use makes no others: then it is the agent's own, or the acknowledgement itself is refused.
            return await SettleAsync(call.Api, call, items);
        }

        await using (borrowed)
        {
            await using var api = ParleyApi.Open(call.Options with { Token = borrowed.Secret });
            return await SettleAsync(api, call, items);
        }
    }
}

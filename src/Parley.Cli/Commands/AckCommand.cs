using System.CommandLine;
using Parley.Cli.CommandLine;
using Parley.Client;
using Parley.Protocol;

namespace Parley.Cli.Commands;

/// <summary><c>parley ack ID...</c></summary>
internal static class AckCommand
{
    public static Command Create()
    {
        var ids = new Argument<string[]>("id") { Description = "Messages to acknowledge.", Arity = ArgumentArity.OneOrMore };

        return new CliCommand("ack",
            "Acknowledges messages in your inbox (that of --as, or else the operators'), so that they are not delivered again. Doing it twice is harmless.",
            "parley ack 0199e1c2-7d3f-7a51-9c0e-3b1f5d2a4e60",
            "parley inbox --as be-1 --json | jq -r '.items[].message.message_id' | xargs parley ack --as be-1")
        {
            ids,
        }.Does(async call =>
        {
            var items = call.Arguments.GetRequiredValue(ids).Select(id => new AckItem { MessageId = id }).ToArray();
            await call.ActAsync();
            var results = await SettleAsync(call, items);
            if (call.Terminal.Json)
                call.Terminal.WriteJson(new ItemResults { Items = results }, WireJson.Lenient.ItemResults);
            else
                call.Terminal.WriteLine(items.Length == 1 ? "Acknowledged." : $"Acknowledged {items.Length}.");
            return ExitCode.Done;
        });
    }

    /// <summary>Acknowledges all of them; the first that is refused is the command's failure, told after the others are done.</summary>
    public static async Task<IReadOnlyList<ItemResult>> SettleAsync(Call call, IReadOnlyList<AckItem> items)
    {
        var results = await call.Api.Messages.AckManyAsync(items, call.Reader, call.Cancellation);
        var refused = items.Zip(results).Where(pair => pair.Second.Problem is not null).ToArray();
        foreach (var (item, result) in refused)
            call.Terminal.Note($"{item.MessageId}: {result.Problem!.Detail ?? result.Problem.Title}");
        return refused.Length == 0 ? results : throw new ParleyException(refused[0].Second.Problem!);
    }
}

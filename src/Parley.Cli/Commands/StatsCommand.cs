using System.CommandLine;
using Parley.Cli.CommandLine;
using Parley.Cli.Output;
using Parley.Protocol;

namespace Parley.Cli.Commands;

/// <summary><c>parley stats [types|agents|pairs|timeline|executions]</c></summary>
internal static class StatsCommand
{
    private static readonly Option<int> Hours = Numbers.WithDefault("--hours", "How many hours back.", "HOURS", 1, 1_900, 24, "a whole number from 1 to 1900");

    private static readonly Option<string?> Squad = new("--squad") { Description = "Only among the members of this squad.", HelpName = "SQUAD" };

    public static Command Create()
    {
        var stats = new CliCommand("stats", "Counts the project's messages, by type and by agent.", "parley stats", "parley stats --hours 168 --json")
        {
            Hours, Types(), Agents(), Pairs(), Timeline(), Executions(),
        };
        return stats.Does(async call =>
        {
            var all = await call.Api.Counts.ExportAsync(call.Arguments.GetValue(Hours), call.Cancellation);
            if (call.Terminal.Json)
            {
                call.Terminal.WriteJson(all, WireJson.Lenient.StatsExport);
                return ExitCode.Done;
            }

            Show(call.Terminal, all.Messages);
            if (all.Messages.Count > 0)
                Show(call, all.Agents);
            return ExitCode.Done;
        });
    }

    private static CliCommand Types() => new CliCommand("types", "Counts messages by type.", "parley stats types --hours 1")
    {
        Hours,
    }.Does(async call =>
    {
        var types = await call.Api.Counts.MessagesAsync(Since(call), until: null, call.Cancellation);
        if (call.Terminal.Json)
            call.Terminal.WriteJson(new Page<TypeCount> { Items = types }, WireJson.Lenient.PageTypeCount);
        else
            Show(call.Terminal, types);
        return ExitCode.Done;
    });

    private static CliCommand Agents() => new CliCommand("agents", "Counts the messages that each agent sent, received, and acknowledged.", "parley stats agents --squad alpha")
    {
        Hours, Squad,
    }.Does(async call =>
    {
        var agents = await call.Api.Counts.AgentsAsync(Since(call), until: null, call.Arguments.GetValue(Squad), call.Cancellation);
        if (call.Terminal.Json)
            call.Terminal.WriteJson(new Page<AgentCount> { Items = agents }, WireJson.Lenient.PageAgentCount);
        else
            Show(call, agents);
        return ExitCode.Done;
    });

    private static CliCommand Pairs() => new CliCommand("pairs", "Counts messages by sender and recipient.", "parley stats pairs --hours 1")
    {
        Hours, Squad,
    }.Does(async call =>
    {
        var pairs = await call.Api.Counts.PairsAsync(Since(call), until: null, call.Arguments.GetValue(Squad), call.Cancellation);
        if (call.Terminal.Json)
            call.Terminal.WriteJson(new Page<PairCount> { Items = pairs }, WireJson.Lenient.PagePairCount);
        else
        {
            Write(call.Terminal, ["from", "to", "messages", "acknowledged", "mean ack", "last"], pairs, pair =>
                [PlainText.Escape(pair.From ?? "-"), PlainText.Escape(pair.To ?? "-"), $"{pair.Count}", $"{pair.Acknowledged}", Time(pair.AckMs), Listing.Ago(pair.LastAt, call.Time)]);
        }

        return ExitCode.Done;
    });

    private static CliCommand Timeline()
    {
        var bucket = new Option<string?>("--bucket") { Description = "1m, 5m, 10m, 15m, 30m, 1h, 6h, 12h, or 1d; 1h if omitted.", HelpName = "LENGTH" };
        return new CliCommand("timeline", "Counts messages over time, in UTC.", "parley stats timeline --bucket 5m --hours 2")
        {
            Hours, bucket,
        }.Does(async call =>
        {
            var points = await call.Api.Counts.TimelineAsync(call.Arguments.GetValue(bucket) ?? "1h", Since(call), cancellationToken: call.Cancellation);
            if (call.Terminal.Json)
                call.Terminal.WriteJson(new Page<TimelinePoint> { Items = points }, WireJson.Lenient.PageTimelinePoint);
            else
            {
                Write(call.Terminal, ["from", "sent", "acknowledged", "dead", "expired", "mean ack"], points, point =>
                    [point.At.UtcDateTime.ToString("yyyy-MM-dd HH:mm", System.Globalization.CultureInfo.InvariantCulture), $"{point.Sent}", $"{point.Acknowledged}", $"{point.Dead}", $"{point.Expired}", Time(point.AckMs)]);
            }

            return ExitCode.Done;
        });
    }

    private static CliCommand Executions() => new CliCommand("executions", "Counts the messages of the newest executions.", "parley stats executions").Does(async call =>
    {
        var executions = await call.Api.Counts.ExecutionsAsync(call.Cancellation);
        if (call.Terminal.Json)
            call.Terminal.WriteJson(new Page<ExecutionCount> { Items = executions }, WireJson.Lenient.PageExecutionCount);
        else
        {
            Write(call.Terminal, ["execution", "messages", "first", "last"], executions, run =>
                [run.ExecutionId, $"{run.Messages}", Listing.Ago(run.FirstAt, call.Time), Listing.Ago(run.LastAt, call.Time)]);
        }

        return ExitCode.Done;
    });

    private static void Show(Terminal terminal, IReadOnlyList<TypeCount> types) =>
        Write(terminal, ["type", "messages", "deliveries", "acknowledged", "dead", "expired", "mean ack"], types, type =>
            [PlainText.Escape(type.MessageType), $"{type.Messages}", $"{type.Deliveries}", $"{type.Acknowledged}", $"{type.Dead}", $"{type.Expired}", Time(type.AckMs)]);

    private static void Show(Call call, IReadOnlyList<AgentCount> agents) =>
        Write(call.Terminal, ["agent", "sent", "received", "acknowledged", "mean ack", "last active"], agents, agent =>
            [PlainText.Escape(agent.AgentId ?? "-"), $"{agent.Sent}", $"{agent.Received}", $"{agent.Acknowledged}", Time(agent.AckMs), Listing.Ago(agent.LastAt, call.Time)]);

    private static void Write<T>(Terminal terminal, IReadOnlyList<string> headings, IReadOnlyList<T> items, Func<T, IReadOnlyList<string>> row)
    {
        if (items.Count == 0)
            terminal.Note("No messages in this time span.");
        else
            Listing.Write(terminal, headings, items.Select(row));
    }

    private static DateTimeOffset Since(Call call) => call.Time.GetUtcNow() - TimeSpan.FromHours(call.Arguments.GetValue(Hours));

    private static string Time(double? milliseconds) => milliseconds switch
    {
        null => "-",
        < 10_000 => $"{milliseconds:0.#} ms",
        < 600_000 => $"{milliseconds / 1_000:0.#} s",
        _ => $"{milliseconds / 60_000:0} min",
    };
}

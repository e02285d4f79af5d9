using System.Globalization;

namespace Parley.Cli.Hooks;

/// <summary><c>parley hook run HARNESS</c>: gives a harness's event to the server, and the server's answer to the harness.</summary>
/// <remarks>Whatever goes wrong, the harness gets no output and exit code 0, and goes on as without Parley.</remarks>
internal static class HookRun
{
    /// <summary>In seconds, for machines on which two are too few.</summary>
    private const string Variable = "PARLEY_HOOK_TIMEOUT";

    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(2), Longest = TimeSpan.FromSeconds(60);

    /// <summary>How much of an event is kept, to send it again once its agent is registered.</summary>
    private const int MostKept = 256 << 10;

    internal static int Run(HookArguments arguments)
    {
        var log = new HookLog(arguments.Harness);
        try
        {
            var deadline = new HookDeadline(TimeToAnswer(), log.Write);
            if (Answer(arguments, deadline) is not { } response)
            {
                log.Write("there is no token for the server: run 'parley doctor'");
            }
            else if (response.Status != 200)
            {
                log.Write($"the server answered {response.Status}: {HookJson.Text(response.Body, "detail") ?? "no reason given"}");
            }
            else if (!HookJson.IsObject(response.Body))
            {
                log.Write("the server's answer is not a JSON object");
            }
            else
            {
                deadline.Stop();
                using var output = Console.OpenStandardOutput();
                output.Write(response.Body);
            }
        }
        catch (Exception failure)
        {
            log.Write(failure.Message);
        }

        return 0;
    }

    private static TimeSpan TimeToAnswer() =>
        double.TryParse(Environment.GetEnvironmentVariable(Variable), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
        && seconds > 0 && seconds <= Longest.TotalSeconds ? TimeSpan.FromSeconds(seconds) : Usual;

    private static HookResponse? Answer(HookArguments arguments, HookDeadline deadline)
    {
        using var input = Console.OpenStandardInput();
        var begun = new byte[MostKept];
        var length = 0;
        var isAll = false;
        while (length < begun.Length && !isAll)
        {
            var count = input.Read(begun, length, begun.Length - length);
            length += count;
            isAll = count == 0;
        }

        var caller = HookCaller.Find(arguments, HookEventStart.Read(begun.AsSpan(0, length)));
        return new HookServer(caller, deadline).Tell(begun.AsMemory(0, length), isAll ? null : input);
    }
}

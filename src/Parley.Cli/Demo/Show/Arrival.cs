using Parley.Cli.Demo.Show.Story;
using Parley.Client;
using Parley.Protocol;

namespace Parley.Cli.Demo.Show;

/// <summary>What each of the fleet does whenever the server starts: it holds its files, and says what it is doing.</summary>
internal sealed class Arrival(ShowSet set)
{
    public async Task PlayAsync()
    {
        await HoldAsync();
        await BeAsync();
    }

    private async Task HoldAsync()
    {
        var live = await set.Api.Reservations.ListAsync(live: true, cancellationToken: set.Stopping);
        if (live.Items.Count > 0)
            return;
        foreach (var (who, wanted) in Shelf.Files)
            await set.Cast[who].Agent.ReserveAsync(wanted, set.Stopping);
    }

    private async Task BeAsync()
    {
        var waits = (await set.Api.Questions.ListAsync(status: "open", agent: Questions.Vat.Who.AgentId, cancellationToken: set.Stopping)).Items.Count > 0;
        foreach (var (who, activity) in Fleet.Activities)
        {
            var now = activity == AgentActivity.Blocked && !waits ? AgentActivity.Working : activity;
            await set.Cast[who].Agent.SetStatusAsync(activity: now, cancellationToken: set.Stopping);
        }

        var letters = await set.Api.DeadLetters.ListAsync(new DeadLetterFilter { AgentId = Fleet.Broken.AgentId }, cancellationToken: set.Stopping);
        if (letters.Items.Count > 0)
            await set.Cast[Fleet.Broken].Agent.SetStatusAsync(AgentStatus.Error, AgentActivity.Unknown, cancellationToken: set.Stopping);
    }
}

using System.Globalization;
using Parley.Cli.Demo.Show.Story;
using Parley.Client;
using Parley.Protocol;

namespace Parley.Cli.Demo.Show;

/// <summary><c>parley serve --demo</c>: fills in a morning of a fleet, once, and lets it go on living until the server stops. Everything happens through
/// the public interface, as it would among real agents; only what they say is written down.</summary>
internal static class ShowPlayer
{
    /// <summary>Agents of the other demos, which do not get in the way.</summary>
    private const string OtherDemos = "demo-";

    /// <param name="api">With an admin's token.</param>
    /// <param name="note">Takes sentences for the person who runs the server.</param>
    public static async Task PlayAsync(ParleyApi api, ParleyOptions options, Action<string> note, CancellationToken stopping)
    {
        var begun = options.TimeProvider.GetTimestamp();
        var played = await Filling.PlayedAsync(api, stopping);
        if (played.Count == 0 && await FindStrangerAsync(api, stopping) is { } stranger)
        {
            note($"The demo fills only a project without agents, and here is {stranger}. Give it a data folder of its own with --data.");
            return;
        }

        await using var set = new ShowSet(api, options.TimeProvider, note, stopping);
        var steps = new Steps(set);
        var answers = new Answers(set, steps);
        var ears = new Ears(set, steps, answers, new Talks(set));
        set.Enter(await DemoCast.GatherAsync(
            Fleet.Squads, actor => actor != Fleet.Away || !played.Contains(Filling.WithAll), api, options, ears, stopping));
        if (played.Count == 0)
            await api.Projects.UpdateAsync(api.Location.Project!, new ProjectRequest { Name = Fleet.Project }, stopping);
        await set.Talk.RecallAsync(api, [.. PlatformTalks.All, .. ExportTalks.All], stopping);

        await new Filling(set, ears, answers).PlayAsync(played);
        await new Arrival(set).PlayAsync();
        set.GoLive();
        await steps.ResumeAsync();
        note(string.Create(
            CultureInfo.InvariantCulture,
            $"The demo is ready after {options.TimeProvider.GetElapsedTime(begun).TotalSeconds:0.0} s: {Fleet.All.Count()} agents of the project {Fleet.Project}. They go on until the server stops."));
        var marker = await api.Memory.GetAsync(Filling.Marker, stopping);
        await new Living(set, answers).GoOnAsync(marker.CreatedAt);
    }

    /// <returns>The id of an agent that belongs to no demo; null if there is none.</returns>
    private static async Task<string?> FindStrangerAsync(ParleyApi api, CancellationToken stopping)
    {
        var agents = await api.Agents.ListAsync(new AgentQuery { Limit = 500 }, stopping);
        return agents.Items.Select(agent => agent.AgentId)
            .FirstOrDefault(id => !id.StartsWith(OtherDemos, StringComparison.Ordinal) && Fleet.All.All(actor => actor.AgentId != id));
    }
}

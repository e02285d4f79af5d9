using System.Text.Json;
using Parley.Cli.Demo.Show.Story;
using Parley.Protocol;

namespace Parley.Cli.Demo.Show;

/// <summary>What the fleet shares before it begins: memory, topics, rules, a webhook.</summary>
internal sealed class ShelfChapter(ShowSet set)
{
    public async Task PlayAsync()
    {
        foreach (var (who, note) in Shelf.Memory)
            await set.Cast[who].Agent.SetMemoryAsync(note.Key, JsonElement.Parse(note.Json), cancellationToken: set.Stopping);
        foreach (var (key, owner, access) in Shelf.Guarded)
        {
            var entry = await set.Cast[owner].Agent.GetMemoryAsync(key, set.Stopping);
            await set.Cast[owner].Agent.SetMemoryAsync(new MemoryRequest { Key = key, Value = entry!.Value, AccessControl = access }, set.Stopping);
        }

        foreach (var listener in Fleet.Listeners)
            await set.Api.Agents.SubscribeAsync(listener.AgentId, [Fleet.Builds["topic:".Length..]], set.Stopping);
        if ((await set.Api.Routing.GetAsync(set.Stopping)).Rules.Count == 0)
            await set.Api.Routing.SetAsync(Shelf.Rules, set.Stopping);
        await set.Api.Webhooks.CreateAsync(Shelf.Webhook, set.Stopping);
    }
}

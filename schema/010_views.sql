-- Views for Grafana and others who read the database itself.
select 1;
